using PruneSearch.Data.Loading;
using PruneSearch.Detection.Devices;
using PruneSearch.Inference.Measuring;
using PruneSearch.Stages.Gpus;
using PruneSearch.Stages.Inputs;
using static TorchSharp.torch;

namespace PruneSearch.Stages;

/// <summary>Runs stages, one after the other; through outages of the checkpoint store it waits.</summary>
internal sealed class StageRunner(ICheckpointStore store, StageRunnerOptions options, TimeProvider time) : IStageRunner
{
    private readonly PictureInputs _inputs = new(store, options.PictureCache);
    private readonly DecodedPictures _pictures = new();

    public StageReport Run(StageJob job, Action<StageProgress> progress, CancellationToken cancellation)
    {
        var last = new StageProgress { Part = "restore" };
        var retrying = new RetryingCheckpointStore(store, time, options.StoreRetryTime, note => progress(last with { Note = note }), cancellation);
        if (job.Description.MeasureOn is not null)
        {
            return new MeasuringRunner(retrying, time).Run(job, told => progress(last = told), cancellation);
        }
        var files = new StageFiles(retrying, _inputs);
        string name = options.Device ?? job.Description.SlotClass;
        var device = TorchDevices.Select(name);
        GpuMeter.Watch(name);
        TorchThreads.Set(options.ResolvedThreads); // a setting of the calling thread, which may have run something else before
        using var scope = NewDisposeScope();
        var context = new StageContext(files, job, device, time, told => progress(last = told), cancellation);
        return new StageAttempt(context, _pictures, options.SnapshotInterval).Run();
    }
}
