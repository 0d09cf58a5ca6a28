using System.CommandLine;
using FunctionsIngest.Secrets;

namespace FunctionsIngest.Cli.Secrets;

/// <summary><c>ingest secrets</c>.</summary>
internal static class SecretsCommand
{
    public static Command Create(Terminal terminal)
        => new IngestCommand("secrets", "Makes secrets.", "ingest secrets generate standard-webhooks") { CreateGenerate(terminal) };

    private static IngestCommand CreateGenerate(Terminal terminal)
    {
        var sender = new Argument<string>("scheme") { Description = "A scheme, or a source of the configuration.", HelpName = "scheme" };
        var asymmetric = new Option<bool>("--asymmetric") { Description = "A pair of keys. Some schemes know both kinds." };
        var output = new Option<string?>("--out") { Description = "A new file for the secret, readable by you alone; a pair's public key goes to <file>.pub.", HelpName = "file" };
        var (json, config) = (CommonOptions.Json(), CommonOptions.Config());
        var command = new IngestCommand(
            "generate", "Makes a secret of the right shape and strength.", "ingest secrets generate begini", "ingest secrets generate standard-webhooks --out whsec.txt", "ingest secrets generate qi-tech --out qitech.pem")
        {
            sender, asymmetric, output, json, config,
        };
        command.SetAction(result =>
        {
            var secret = GeneratedSecret.For(Sender.Find(result.GetRequiredValue(sender), AppConfiguration.Read(terminal, result.GetValue(config))).Scheme, result.GetValue(asymmetric));
            if (result.GetValue(output) is { } file)
            {
                WriteFile(terminal.PathOf(file), secret.Secret);
                if (secret.PublicKey is not null)
                    WriteFile(terminal.PathOf(file) + ".pub", secret.PublicKey);
            }
            else if (result.GetValue(json))
            {
                terminal.Output.WriteLine(Json.Write(new { secret = secret.Secret, publicKey = secret.PublicKey }, Json.Readable));
            }
            else
            {
                terminal.Output.WriteLine(secret.Secret);
                if (secret.PublicKey is not null)
                    terminal.Output.WriteLine(secret.PublicKey);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static void WriteFile(string path, string text)
    {
        try
        {
            using var writer = new StreamWriter(SecretFile.Create(path, FileMode.CreateNew));
            writer.WriteLine(text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"'{path}' cannot be written, and no file is written over: {exception.Message}");
        }
    }
}
