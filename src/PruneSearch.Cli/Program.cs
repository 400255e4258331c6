using PruneSearch.Cli;
using PruneSearch.Cli.Sessions;
using PruneSearch.Detection;

NativeMemory.KeepFreed();
return await CommandLine.RunAsync(args, new CliContext
{
    Output = Console.Out,
    Error = Console.Error,
    IsTerminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"),
    Sessions = new SearchSessions(warning => Console.Error.WriteLine($"warning: {warning}")),
}).ConfigureAwait(false);
