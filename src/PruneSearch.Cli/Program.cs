using PruneSearch.Cli;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Core.Stages;
using PruneSearch.Detection;
using PruneSearch.Detection.Devices;
using PruneSearch.Stages;
using PruneSearch.Web.Dashboards;

NativeSettings.Apply();
return await CommandLine.RunAsync(args, new CliContext
{
    Output = Console.Out,
    Error = Console.Error,
    IsTerminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"),
    Sessions = new SearchSessions(
        warning => Console.Error.WriteLine($"warning: {warning}"), services => services.AddStageRunner().AddSiloDashboard(),
        CudaDevice.IsThere ? [DeviceClasses.Cpu, DeviceClasses.Cuda] : [DeviceClasses.Cpu]),
});
