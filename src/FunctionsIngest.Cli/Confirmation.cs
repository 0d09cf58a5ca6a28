using Spectre.Console;

namespace FunctionsIngest.Cli;

/// <summary>Asks before a command does what cannot be undone.</summary>
internal static class Confirmation
{
    /// <summary>Asks, unless the user has said yes beforehand.</summary>
    /// <param name="terminal">Where to ask.</param>
    /// <param name="question">The question.</param>
    /// <param name="yes">The option <c>--yes</c>.</param>
    /// <returns>Whether to go on.</returns>
    /// <exception cref="CommandException">There is no terminal to ask on.</exception>
    public static bool Ask(Terminal terminal, string question, bool yes)
    {
        if (yes)
            return true;
        if (!terminal.IsInteractive)
            throw new CommandException($"{question} There is no terminal to ask on: give --yes.");

        return terminal.Messages.Prompt(new ConfirmationPrompt(Markup.Escape(question)) { DefaultValue = false });
    }
}
