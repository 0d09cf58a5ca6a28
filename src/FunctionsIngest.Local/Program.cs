using FunctionsIngest.Local;
using FunctionsIngest.Local.Demo;

try
{
    var line = LocalCommandLine.Parse(args);
    if (line.IsHelp)
    {
        Console.WriteLine(HelpText.Text);
        return 0;
    }

    return line.IsDemo ? await DemoCommand.RunAsync(line) : await ServeCommand.RunAsync(line);
}
catch (StartUpException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
