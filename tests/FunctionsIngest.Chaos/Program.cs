using FunctionsIngest.Chaos;
using FunctionsIngest.Chaos.Hosting;
using FunctionsIngest.Local;

try
{
    return args switch
    {
        [HostCommand.Name] => await HostCommand.RunAsync(),
        [RedriverCommand.Name] => await RedriverCommand.RunAsync(),
        ["redrive", .. var options] => await RedriveRun.RunAsync(RedriveOptions.Parse(options)),
        ["shutdown"] => await ShutdownRun.RunAsync(),
        _ => await ChaosRun.RunAsync(ChaosOptions.Parse(args)),
    };
}
catch (StartUpException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}
