using FunctionsIngest.Cli;

return await CommandLine.RunAsync(args, Terminal.OfThisProcess());
