Console.WriteLine(typeof(PruneSearch.Cluster.Hosting.SiloHost));
Console.WriteLine(typeof(PruneSearch.Inference.Latency.LatencyMeter));
await Task.Delay(1);
