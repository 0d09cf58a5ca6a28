using FunctionsIngest.Local;
using FunctionsIngest.Local.Demo;

try
{
    return args is ["demo", .. var options] ? await DemoCommand.RunAsync(options) : await ServeCommand.RunAsync(args);
}
catch (StartUpException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
