// Launches a search, interrupts and resumes it, follows it, and fetches the fastest model of its frontier that is nearly as accurate as the original.
// Usage: SearchClient CLUSTER SEARCH MODEL
//   CLUSTER  gateways (HOST:PORT), a cluster's settings file, or a folder of searches that another process works on
//   SEARCH   a search file (YAML)
//   MODEL    where the exported model goes (ONNX)
using PruneSearch.Client.SearchFiles;
using PruneSearch.Connections;
using PruneSearch.Core.Searches;

if (args is not [var cluster, var searchFile, var modelFile])
{
    Console.Error.WriteLine("usage: SearchClient CLUSTER SEARCH MODEL");
    return 2;
}

// Where searches run.
var address = Directory.Exists(cluster)
    ? ClusterAddress.OfHome(cluster) ?? throw new InvalidOperationException($"No process works on the searches of {cluster}.")
    : ClusterAddress.Parse(cluster);
await using var connection = await ClusterClient.ConnectAsync(address);
var searches = connection.Searches;
var store = connection.Checkpoints ?? throw new InvalidOperationException($"{cluster} does not say where checkpoints lie.");

// Launch: everything in the file is checked before anything is written.
var known = (await searches.ListAsync()).Select(s => s.Id).ToHashSet();
string drawn = Directory.CreateTempSubdirectory("drawn-").FullName;
var search = new SearchLauncher(drawn, TimeProvider.System) { IsTaken = known.Contains }.Check(SearchFileReader.Read(searchFile));
await SearchLauncher.PublishAsync(search, store);
await searches.LaunchAsync(search.Plan);
string id = search.Plan.Id;
Console.WriteLine($"launched {id}");

// Interrupt and resume: what is finished is not computed again.
await foreach (var first in searches.FollowReportsAsync(id, TimeSpan.FromSeconds(0.2)))
{
    Console.WriteLine($"first report: {first.Trajectory}");
    break;
}
await searches.CancelAsync(id, "to show that it can go on");
Console.WriteLine($"state: {(await searches.SummaryAsync(id)).State}");
await searches.ResumeAsync(id);

// Follow: every report once, in the order in which they came; the last one is followed by the end of the search.
await foreach (var point in searches.FollowReportsAsync(id, TimeSpan.FromSeconds(0.2)))
{
    var report = point.Report;
    Console.WriteLine($"{point.Trajectory,-24} mAP50 {report.Map50:F3}  {report.Latency.Milliseconds:F2} ms  {point.Pruned:P0} of the channels gone");
}
var status = await searches.StatusAsync(id);
Console.WriteLine($"state: {status.State}");

// Query: what is worth deploying.
var frontier = await searches.FrontierAsync(id);
double original = frontier.Points.First(p => p.Schedule == ScheduleKind.Base).Report.Map50;
var best = frontier.Points.Where(p => p.OnFrontier && p.Report.Map50 >= original - 0.05).MaxBy(p => p.Report.Latency.SpeedUp)!;
await searches.DownloadAsync(best.Report.Key, modelFile);
Console.WriteLine($"{best.Trajectory}: {modelFile}, {new FileInfo(modelFile).Length} bytes");
return status.State == WorkState.Completed ? 0 : 1;
