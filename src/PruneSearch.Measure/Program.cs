using PruneSearch.Measure;

return await MeasuringProgram.RunAsync(args, Console.Out, Console.Error);
