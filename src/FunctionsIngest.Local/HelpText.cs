namespace FunctionsIngest.Local;

/// <summary>What <c>--help</c> says.</summary>
internal static class HelpText
{
    public const string Text =
        """
        The app on one machine: a server for webhooks, the queue's reader, and Azurite for storage.

          dotnet run --project src/FunctionsIngest.Local [-- [demo] [settings]]

        Commands
          (none)                   serve on http://localhost:7071 until Ctrl-C
          demo                     send genuine, changed, replayed and stale webhooks to a host of its own, show what happens
          demo --against <url>     the same against an app that runs there; it has the same secrets, and the storage that
                                   WebhookStorage names here

        Settings, each as --key=value
          --urls=http://localhost:8080
          --Local:DataPath=<folder>             where Azurite's data and the development secrets are
          --Local:SettingsFile=<file>           another file in place of local.settings.json
          --Webhooks:Sources:<name>:Scheme=…    and every other key of docs/configuration.md

        The command line goes before environment variables (with __ in place of :), and those before local.settings.json
        in the repository's root, which is the place for your sources and secrets: git ignores it. Without any source, four
        are there to be tried, with secrets of their own in .local/secrets.json.

        It ends with 0 after Ctrl-C, and with 1 if it could not start or the demo was not as expected.
        """;
}
