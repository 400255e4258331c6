using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Inference.Measuring;

/// <summary>Registers what measures models and trains none.</summary>
public static class MeasuringServices
{
    /// <summary>Adds it as the runner of stages; an <see cref="ICheckpointStore"/> and a clock must be registered too.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="threads">Threads within the network on this device, 0 to 256; 0 for what each search says.</param>
    /// <param name="device"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; what is asked for is what measures.</param>
    /// <exception cref="FormatException">ONNX Runtime cannot use the device.</exception>
    public static IServiceCollection AddMeasuringRunner(this IServiceCollection services, int threads, string device = "cpu")
    {
        var provider = OnnxProvider.Require(device);
        return services.AddSingleton<IStageRunner>(p =>
            new MeasuringRunner(p.GetRequiredService<ICheckpointStore>(), p.GetRequiredService<TimeProvider>(), threads, provider));
    }
}
