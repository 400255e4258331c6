using PruneSearch.Core;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Loading;
using PruneSearch.Detection;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Stages;

/// <summary>Trains the detector of a stage, from its last snapshot if there is one, and saves a snapshot now and then.</summary>
internal sealed class FineTuning(StageContext context, TimeSpan snapshotInterval)
{
    private readonly SortedSet<int> _threads = []; // of all processes that trained this stage

    /// <summary>Decoded pictures that are kept from one stage to the next.</summary>
    public DecodedPictures Pictures { get; init; } = new();

    /// <summary>Trains to the end; cancelled, it stops between two steps, after a last snapshot.</summary>
    /// <param name="start">Weights to start from when there is no snapshot.</param>
    /// <param name="settings">How to train.</param>
    /// <param name="teacher">The dense detector, when distillation is on.</param>
    /// <param name="carried">Optimizer state to begin with; <see langword="null"/> begins anew.</param>
    /// <exception cref="StageFailedException">The loss diverged.</exception>
    public (WeightSet Weights, double Loss) Run(
        DetectorModel model, WeightSet start, FineTuneSettings settings, Teacher? teacher = null, OptimizerState? carried = null)
    {
        try
        {
            return Train(model, start, settings, teacher, carried);
        }
        finally
        {
            NativeMemory.Release();
        }
    }

    private (WeightSet Weights, double Loss) Train(
        DetectorModel model, WeightSet start, FineTuneSettings settings, Teacher? teacher, OptimizerState? carried)
    {
        var (files, time, warnings) = (context.Files, context.Time, context.Warnings);
        using var trainer = new Trainer(model, start, settings, context.Device, teacher, Prepared(model, settings.Regularisation),
            context.Stage.PartOf);
        if (carried is not null)
        {
            trainer.Carry(carried);
        }
        Restore(trainer);
        if (context.Device.type == DeviceType.CPU)
        {
            _threads.Add(get_num_threads());
        }
        if (settings.Precision != Precision.Auto && TrainingPrecision.Resolve(settings.Precision, context.Device) is var used && used != settings.Precision)
        {
            warnings.Add($"it was trained in {EnumNames.Of(used)}: the device does not compute with {EnumNames.Of(settings.Precision)}");
        }
        if (settings is { BatchSize: 1, FreezeNorms: false }
            && model.Network.Layers.Count(l => l is BatchNormLayer { Height: 1, Width: 1 }) is > 0 and var single)
        {
            warnings.Add($"a batch of one picture gives {single} batch norms on 1×1 maps a single value, which has no variance: they keep their statistics");
        }
        long savedAt = time.GetTimestamp(), startedAt = savedAt;
        int startedWith = trainer.Step;
        try
        {
            var cache = Pictures.For(context.Train, model.Spec.InputSize, context.Stage.Data.CacheBytes);
            foreach (var batch in Batches.Training(context, settings, model.InputSpec, trainer.Step, cache))
            {
                trainer.TrainOn(batch);
                Telemetry.TrainedImages.Add(settings.BatchSize);
                double seconds = time.GetElapsedTime(startedAt).TotalSeconds;
                context.Tell(new StageProgress
                {
                    Part = "fine-tune",
                    Step = trainer.Step,
                    Steps = settings.Steps,
                    Loss = trainer.Loss,
                    ImagesPerSecond = (trainer.Step - startedWith) * settings.BatchSize / Math.Max(seconds, 1e-3),
                });
                if (trainer.Step < settings.Steps && time.GetElapsedTime(savedAt) >= snapshotInterval)
                {
                    Save(trainer);
                    savedAt = time.GetTimestamp();
                }
            }
            if (_threads.Count > 1)
            {
                warnings.Add($"slots with {string.Join(" and ", _threads)} threads trained it in turn: with one number throughout, the weights would differ " +
                    "in their last digits");
            }
            var weights = trainer.ToWeights();
            if (settings.CarryOptimizer)
            {
                files.Write(CheckpointNames.Optimizer(context.Job.Key), trainer.ToOptimizerState().Write);
            }
            return (weights, trainer.Loss);
        }
        catch (TrainingDivergedException e)
        {
            throw new StageFailedException($"fine-tuning diverged: {e.Message}", e) { IsFinal = false };
        }
        catch (OperationCanceledException)
        {
            SaveIfSound(trainer);
            throw;
        }
    }

    private static IReadOnlyList<ChannelGroup>? Prepared(DetectorModel model, RegularisationSettings? settings)
    {
        try
        {
            return settings is null ? null : [.. GroupSelector.Select(model.Network, settings.Groups, settings.Protect).Where(g => g.Width > 0)];
        }
        catch (ArgumentException e)
        {
            throw new StageFailedException($"regularisation: {e.Message}", e);
        }
    }

    private void Restore(Trainer trainer)
    {
        using var stream = context.Files.OpenLatestSnapshot(context.Job.Key, out string name);
        if (stream is not null)
        {
            var snapshot = TrainingSnapshot.Read(stream, name);
            _threads.UnionWith(snapshot.Threads);
            trainer.Restore(snapshot);
        }
    }

    // A state that is not finite is found again from the snapshot before it.
    private void SaveIfSound(Trainer trainer)
    {
        try
        {
            Save(trainer);
        }
        catch (TrainingDivergedException)
        {
        }
    }

    private void Save(Trainer trainer)
    {
        var snapshot = trainer.ToSnapshot() with { Threads = [.. _threads] };
        string name = CheckpointNames.Snapshot(context.Job.Key, context.Job.Epoch, trainer.Step);
        context.Files.Write(name, snapshot.Write);
        context.Files.DeleteSnapshots(context.Job.Key, olderThan: name);
    }
}
