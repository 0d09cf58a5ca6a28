using System.Globalization;
using FunctionsIngest.Local;
using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Chaos;

/// <summary>Options written as <c>--name value</c>, all of them numbers.</summary>
internal sealed class CommandLine
{
    private readonly IConfiguration _values;

    /// <param name="args">The command line.</param>
    /// <param name="names">The options that there are.</param>
    /// <exception cref="StartUpException">There is another one.</exception>
    public CommandLine(string[] args, params string[] names)
    {
        try
        {
            _values = new ConfigurationBuilder().AddCommandLine(args).Build();
        }
        catch (FormatException exception)
        {
            throw new StartUpException(exception.Message);
        }

        if (args.Length % 2 != 0 || _values.AsEnumerable().FirstOrDefault(value => !names.Contains(value.Key)).Key is not null)
            throw new StartUpException($"The options are {string.Join(", ", names.Select(name => $"--{name} <number>"))}; what was given is '{string.Join(' ', args)}'.");
    }

    /// <summary>The value of an option.</summary>
    /// <exception cref="StartUpException">It is not a number, or out of its range.</exception>
    public double Get(string name, double unset, double least, double most)
    {
        if (_values[name] is not { } text)
            return unset;

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new StartUpException($"--{name} is '{text}': give a number from {least} to {most}.");
    }
}
