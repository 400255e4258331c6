using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Client.SearchFiles;

/// <summary>What a search file says about its base detector: enough to train it, without a search.</summary>
/// <param name="Path">The file, as the user named it.</param>
/// <param name="Data">Pictures and annotations.</param>
/// <param name="FineTune">How it is trained.</param>
/// <param name="Measure">How a search would measure it: part of its identity.</param>
/// <param name="Seed">Seed of everything random.</param>
public sealed record TrainingFile(string Path, DataSource Data, DetectorSource Detector, FineTuneSettings FineTune, MeasureSettings Measure, int Seed);
