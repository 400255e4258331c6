using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Networks;
using PruneSearch.Inference.Latency;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Stages;

/// <summary>A detector run eagerly by TorchSharp on one random picture: for GPUs, or to compare with the exported model.</summary>
internal sealed class TorchLatencyEngine : ILatencyEngine
{
    private readonly TorchNetwork _network;
    private readonly Tensor _image;
    private readonly Device _device;
    private readonly int _threads;

    /// <summary>Builds the detector with random weights: they do not matter for speed.</summary>
    public TorchLatencyEngine(DetectorModel model, Device device, int threads)
    {
        _device = device;
        _threads = threads;
        _network = new TorchNetwork(model.Network, RandomWeights.For(model, 1), device);
        int size = model.Spec.InputSize;
        using var nhwc = zeros([1, size, size, 3], device: device);
        _image = nhwc.permute(0, 3, 1, 2).DetachFromDisposeScope();
        string processor = device.type == DeviceType.CPU ? ProcessorName.Current : device.ToString();
        Device = new MeasuringDevice(processor, $"torch {typeof(torch).Assembly.GetName().Version?.ToString(3)}", threads);
    }

    /// <inheritdoc/>
    public MeasuringDevice Device { get; }

    /// <inheritdoc/>
    public void Run()
    {
        int before = get_num_threads();
        if (before != _threads)
        {
            set_num_threads(_threads);
        }
        using (var scope = NewDisposeScope())
        using (no_grad())
        {
            _network.Forward(_image);
            if (_device.type == DeviceType.CUDA)
            {
                cuda.synchronize(_device);
            }
        }
        if (before != _threads)
        {
            set_num_threads(before);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network.Dispose();
        _image.Dispose();
    }
}
