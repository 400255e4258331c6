using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Networks;
using PruneSearch.Inference.Latency;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Stages;

/// <summary>
/// A detector run eagerly by TorchSharp on one picture: for GPUs, or to compare with the exported model. While it lives, libtorch
/// has the engine's number of threads; engines are disposed in reverse order.
/// </summary>
public sealed class TorchLatencyEngine : ILatencyEngine
{
    private readonly TorchNetwork _network;
    private readonly Tensor _image;
    private readonly Device _device;
    private readonly int _threadsBefore;

    /// <summary>Loads a detector again and again, with random weights: they do not matter for speed.</summary>
    /// <param name="device">Where it runs; a GPU is waited for.</param>
    /// <param name="threads">Threads within the network on a CPU, at least 1.</param>
    public static Func<ILatencyEngine> Loader(DetectorModel model, Device device, int threads)
    {
        var weights = RandomWeights.For(model, 1);
        return () => new TorchLatencyEngine(model, weights, device, threads);
    }

    private TorchLatencyEngine(DetectorModel model, WeightSet weights, Device device, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _device = device;
        _threadsBefore = get_num_threads();
        _network = new TorchNetwork(model.Network, weights, device);
        int size = model.Spec.InputSize;
        using var generator = new Generator(1);
        using var nhwc = rand([1, size, size, 3], generator: generator);
        _image = nhwc.to(device).permute(0, 3, 1, 2).DetachFromDisposeScope();
        Device = DeviceOf(device, threads);
        TorchThreads.Set(threads);
    }

    /// <inheritdoc/>
    public MeasuringDevice Device { get; }

    /// <summary>This machine, as reports name it.</summary>
    public static MeasuringDevice DeviceOf(Device device, int threads) => new(
        device.type == DeviceType.CPU ? ProcessorName.Current : GpuName.Of(device.index) ?? device.ToString(),
        $"torch, TorchSharp {typeof(torch).Assembly.GetName().Version?.ToString(3)}", threads, Spinning: threads > 1 && !Passive);

    private static bool Passive => string.Equals(Environment.GetEnvironmentVariable("OMP_WAIT_POLICY"), "PASSIVE", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public void Run()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        _network.Forward(_image);
        if (_device.type == DeviceType.CUDA)
        {
            cuda.synchronize(_device);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network.Dispose();
        _image.Dispose();
        TorchThreads.Set(_threadsBefore);
    }
}
