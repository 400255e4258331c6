using System.CommandLine;
using System.Diagnostics;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Data.Augmentation;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Images;
using PruneSearch.Data.Loading;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Training;
using static System.FormattableString;
using static TorchSharp.torch;

namespace PruneSearch.Benchmarks.Verbs;

/// <summary>
/// Training of the whole detector on picture files beside training on tensors that lie in memory: the same trainer, the
/// arms taking turns in one process. What the files arm loses is what loading costs.
/// </summary>
internal static class LoaderVerb
{
    private const int BatchSize = 8, Settle = 3, Endless = 1_000_000;

    public static Command Create()
    {
        var annotations = new Option<string?>("--annotations") { Description = "COCO annotation file; with --images" };
        var images = new Option<string?>("--images") { Description = "Folder of its pictures" };
        var voc = new Option<string?>("--voc") { Description = "Pascal VOC folder, instead" };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 300, Description = "Edge of the detector's input" };
        var steps = new Option<int>("--steps") { DefaultValueFactory = _ => 10, Description = "Timed steps an arm and round" };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 6, Description = "Rounds" };
        var precision = new Option<string>("--precision") { DefaultValueFactory = _ => "float32", Description = "float32 or bfloat16" };
        var command = new Command(
            "loader", "Training on picture files beside training on tensors in memory") { annotations, images, voc, size, steps, rounds, precision };
        command.SetAction(p => Run(
            p.GetValue(voc) is { } root ? DatasetReader.ReadPascalVoc(root, "train") : DatasetReader.ReadCoco(p.GetValue(annotations)!, p.GetValue(images)!),
            p.GetValue(size),
            p.GetValue(steps),
            p.GetValue(rounds),
            EnumNames.Parse<Precision>(p.GetValue(precision)!)));
        return command;
    }

    private static int Run(DetectionDataset data, int size, int steps, int rounds, Precision precision)
    {
        LoadAlone(data, size);
        if (rounds == 0)
        {
            return 0;
        }
        var model = DetectorCatalog.Build(
            new DetectorSpec { Architecture = SsdFamily.Architecture, Classes = data.Classes, InputSize = size, Options = new SsdOptions() });
        var settings = new FineTuneSettings
        {
            Steps = Endless,
            BatchSize = BatchSize,
            Optimizer = OptimizerKind.Sgd,
            LearningRate = 1e-4,
            WarmUp = 0,
            Precision = precision,
        };
        using var trainer = new Trainer(model, RandomWeights.For(model, 1), settings, CPU);
        var ready = Loader(data, size, 0).Batches(0, 8).Select(b => TrainingBatch.From(b, CPU)).ToList();
        Arm[] arms =
        [
            new("tensors in memory", InMemory(ready)),
            new("files", FromFiles(Loader(data, size, 0))),
            new("files, decoded cache", FromFiles(Loader(data, size, 4L << 30))),
        ];
        for (int round = 0; round < rounds; round++)
        {
            foreach (var arm in arms)
            {
                arm.Train(trainer, Settle, counted: false);
                arm.Train(trainer, steps, counted: true);
            }
        }
        foreach (var arm in arms)
        {
            double[] shares = [.. arm.Rates.Zip(arms[0].Rates, (own, memory) => own / memory).Order()];
            double processor = arm.ProcessorSeconds / (rounds * steps * BatchSize) * 1000;
            Console.Write(Invariant($"{arm.Name,-22} {Median(arm.Rates),6:0.00} img/s  {processor,6:0.0} ms of processor a picture  "));
            Console.WriteLine(Invariant($"{Median(shares):P1} of memory (rounds {shares[0]:P1} to {shares[^1]:P1})"));
            arm.Dispose();
        }
        ready.ForEach(b => b.Dispose());
        return 0;
    }

    private static void LoadAlone(DetectionDataset data, int size)
    {
        const int Pictures = 160;
        string[] paths = [.. Enumerable.Range(0, Pictures).Select(i => data.PathOf(data.Samples[i % data.Samples.Count]))];
        var plain = new TrainingLoader(
            data, new TrainingLoaderOptions { Input = InputSpec.Stretched(size), BatchSize = BatchSize, Seed = 1, CacheBytes = 4L << 30 });
        var varied = Loader(data, size, 4L << 30);
        double read = Time(i => File.ReadAllBytes(paths[i])), decode = Time(i => ImageDecoder.Decode(paths[i], 2 * size));
        double resample = TimeBatches(plain), augment = TimeBatches(varied), all = TimeBatches(Loader(data, size, 0));
        Console.Write(Invariant($"one thread, ms a picture: read {read:0.00}, read and decode {decode:0.00}, "));
        Console.WriteLine(Invariant($"resample {resample:0.00}, augment and resample {augment:0.00}, all {all:0.00}"));

        static double Time(Action<int> action)
        {
            action(0);
            var clock = Stopwatch.StartNew();
            for (int i = 0; i < Pictures; i++)
            {
                action(i);
            }
            return clock.Elapsed.TotalMilliseconds / Pictures;
        }

        // Twice: the second time decoded pictures are there, if they are kept.
        static double TimeBatches(TrainingLoader loader)
        {
            Time(i => _ = i % BatchSize == 0 ? loader.Load(i / BatchSize) : null);
            return Time(i => _ = i % BatchSize == 0 ? loader.Load(i / BatchSize) : null);
        }
    }

    private static TrainingLoader Loader(DetectionDataset data, int size, long cacheBytes) => new(data, new TrainingLoaderOptions
    {
        Input = InputSpec.Stretched(size),
        BatchSize = BatchSize,
        Seed = 1,
        Augmentation = new AugmentationOptions { Flip = true, Crop = true, Photometric = true },
        CacheBytes = cacheBytes,
    });

    // As a stage does.
    private static IEnumerable<TrainingBatch> FromFiles(TrainingLoader loader)
    {
        foreach (var loaded in loader.Batches(0, Endless))
        {
            var batch = TrainingBatch.From(loaded, CPU);
            loader.Recycle(loaded);
            yield return batch;
        }
    }

    // The trainer disposes what it gets: aliases of tensors that stay.
    private static IEnumerable<TrainingBatch> InMemory(List<TrainingBatch> ready)
    {
        for (int i = 0; ; i++)
        {
            yield return ready[i % ready.Count] with { Images = ready[i % ready.Count].Images.alias() };
        }
    }

    private static double Median(IReadOnlyList<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed class Arm(string name, IEnumerable<TrainingBatch> source) : IDisposable
    {
        private readonly IEnumerator<TrainingBatch> _batches = source.GetEnumerator();

        public string Name => name;

        public List<double> Rates { get; } = [];

        public double ProcessorSeconds { get; private set; }

        public void Train(Trainer trainer, int steps, bool counted)
        {
            var clock = Stopwatch.StartNew();
            var before = Environment.CpuUsage.TotalTime;
            for (int i = 0; i < steps; i++)
            {
                _batches.MoveNext();
                trainer.TrainOn(_batches.Current);
            }
            if (counted)
            {
                Rates.Add(steps * BatchSize / clock.Elapsed.TotalSeconds);
                ProcessorSeconds += (Environment.CpuUsage.TotalTime - before).TotalSeconds;
            }
        }

        public void Dispose() => _batches.Dispose();
    }
}
