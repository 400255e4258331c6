using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using PruneSearch.Core;
using PruneSearch.Detection.Devices;

namespace PruneSearch.Stages.Gpus;

/// <summary>
/// Tells how the GPU of a slot stands, by OpenTelemetry's conventions for hardware (https://opentelemetry.io/docs/specs/semconv/hardware/gpu/). Where
/// no library of the driver is, it tells nothing.
/// </summary>
internal static class GpuMeter
{
    // By the device's name: held for the life of the process, as its instruments are.
    private static readonly ConcurrentDictionary<string, NvidiaGpu?> Watched = new(StringComparer.Ordinal);

    private static readonly Instrument[] Instruments =
    [
        Telemetry.Meter.CreateObservableGauge(
            "hw.gpu.utilization", () => All(g => g.Utilization, ("hw.gpu.task", "general")), "1", "Share of the time in which the GPU computed"),
        Telemetry.Meter.CreateObservableUpDownCounter(
            "hw.gpu.memory.usage", () => All(g => g.Used), "By", "Memory of the GPU that is used, by whomever"),
        Telemetry.Meter.CreateObservableUpDownCounter("hw.gpu.memory.limit", () => All(g => g.Total), "By", "Memory of the GPU"),
        Telemetry.Meter.CreateObservableGauge(
            "hw.temperature", () => All(g => g.Temperature, ("hw.sensor_location", "gpu")), "Cel", "Temperature of the GPU"),
        Telemetry.Meter.CreateObservableGauge("hw.power", () => All(g => g.Power), "W", "Power that the GPU draws"),
    ];

    /// <summary>Tells of a device from now on, if it is a GPU and its driver is there. Asking again changes nothing.</summary>
    /// <param name="device">Name of the device: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>.</param>
    public static void Watch(string device) => Watch(device, CudaDevice.Library, OperatingSystem.IsWindows() ? "nvml.dll" : "libnvidia-ml.so.1");

    /// <summary>The same with other libraries.</summary>
    internal static void Watch(string device, string cuda, string nvml)
    {
        _ = Instruments;
        string[] parts = device.Split(':');
        if (parts[0] == "cuda" && (parts.Length == 1 ? 0 : PlainNumber.ParseWhole(parts[1])) is { } index)
        {
            Watched.GetOrAdd($"cuda:{index}", _ => NvidiaGpu.Find(index, cuda, nvml));
        }
    }

    private static Measurement<T>[] All<T>(Func<NvidiaGpu, T?> value, params (string Key, string Value)[] more)
        where T : struct =>
    [
        .. from watched in Watched
           where watched.Value is not null
           let told = value(watched.Value)
           where told is not null
           select new Measurement<T>(told.Value, Tags(watched.Key, watched.Value, more)),
    ];

    private static IEnumerable<KeyValuePair<string, object?>> Tags(string device, NvidiaGpu gpu, (string Key, string Value)[] more)
    {
        (string Key, string? Value)[] tags = [("hw.id", gpu.Id), ("hw.type", "gpu"), ("hw.name", device), ("hw.model", gpu.Model), .. more];
        return tags.Where(t => t.Value is not null).Select(t => new KeyValuePair<string, object?>(t.Key, t.Value));
    }
}
