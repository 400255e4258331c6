using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using PruneSearch.Core;
using PruneSearch.Detection.Devices;
using PruneSearch.Stages.Gpus;

namespace PruneSearch.Tests.Stages.Gpus;

/// <summary>What is told of GPUs, with a driver that a C compiler made of a few lines.</summary>
public sealed class GpuMeterTests
{
    private const string Uuid = "00010203-0405-0607-0809-0a0b0c0d0e0f";

    // Device 0 of CUDA is a whole GPU, device 1 a slice of one; the third is none.
    private const string Driver = """
        #include <string.h>
        typedef struct { unsigned gpu, memory; } rates;
        typedef struct { unsigned long long total, free, used; } memory;
        int cuInit(unsigned flags) { return 0; }
        int cuDeviceGet(int *device, int ordinal) { *device = ordinal; return ordinal > 1 ? 101 : 0; }
        int cuDeviceGetUuid_v2(unsigned char *uuid, int device) { for (int i = 0; i < 16; i++) uuid[i] = i + 16 * device; return 0; }
        int cuDeviceGetAttribute(int *value, int attribute, int device) { *value = attribute == 75 ? 8 - device : 0; return 0; }
        int nvmlInit_v2() { return 0; }
        int nvmlDeviceGetHandleByUUID(const char *uuid, void **device)
        {
            *device = (void *)(long)(strncmp(uuid, "GPU-0001", 8) == 0 ? 1 : strncmp(uuid, "MIG-1011", 8) == 0 ? 2 : 0);
            return *device ? 0 : 6;
        }
        int nvmlDeviceGetName(void *device, char *name, unsigned length) { strncpy(name, "A GPU", length); return 0; }
        int nvmlDeviceGetUtilizationRates(void *device, rates *r) { r->gpu = 87; r->memory = 12; return device == (void *)1 ? 0 : 3; }
        int nvmlDeviceGetMemoryInfo(void *device, memory *m) { m->total = 85899345920ull; m->used = 5000000000ull; m->free = 7; return 0; }
        int nvmlDeviceGetTemperature(void *device, int sensor, unsigned *celsius) { *celsius = 61 + sensor; return 0; }
        int nvmlDeviceGetPowerUsage(void *device, unsigned *milliwatts) { *milliwatts = 349500; return device == (void *)1 ? 0 : 3; }
        """;

    [Fact]
    public void A_gpu_tells_how_it_stands_and_a_slice_of_one_what_it_knows()
    {
        string library = Compile(Driver);
        GpuMeter.Watch("cuda", library, library);
        GpuMeter.Watch("cuda:0", library, library); // the same
        GpuMeter.Watch("cuda:1", library, library);
        GpuMeter.Watch("cuda:2", library, library);
        GpuMeter.Watch("cuda:3", "libno-cuda-here.so", library);
        GpuMeter.Watch("cuda:4", library, "libno-nvml-here.so");
        GpuMeter.Watch("cpu");

        string whole = $"hw.id=GPU-{Uuid} hw.type=gpu hw.name=cuda:0 hw.model=A GPU";
        const string Slice = "hw.id=MIG-10111213-1415-1617-1819-1a1b1c1d1e1f hw.type=gpu hw.name=cuda:1 hw.model=A GPU";
        Assert.Equal(
            [
                ("hw.gpu.memory.limit", 85899345920, whole), ("hw.gpu.memory.limit", 85899345920, Slice),
                ("hw.gpu.memory.usage", 5000000000, whole), ("hw.gpu.memory.usage", 5000000000, Slice),
                ("hw.gpu.utilization", 0.87, $"{whole} hw.gpu.task=general"),
                ("hw.power", 349.5, whole),
                ("hw.temperature", 61, $"{whole} hw.sensor_location=gpu"), ("hw.temperature", 61, $"{Slice} hw.sensor_location=gpu"),
            ],
            Told().OrderBy(t => t.Name, StringComparer.Ordinal).ThenBy(t => t.Tags, StringComparer.Ordinal));
    }

    [Fact]
    public void Tensor_cores_from_ampere_on_compute_with_short_floats()
    {
        var driver = DriverLibrary.Load(Compile(Driver))!;
        Assert.Equal([true, false, false], Enumerable.Range(0, 3).Select(i => CudaDevice.HasShortFloats(i, driver)));
        Assert.False(CudaDevice.HasShortFloats(0, DriverLibrary.Load("libno-cuda-here.so")));
    }

    private static string Compile(string source)
    {
        // It stays loaded until the process ends.
        string folder = Directory.CreateTempSubdirectory("driver").FullName;
        var (library, text) = (Path.Combine(folder, "driver.so"), Path.Combine(folder, "driver.c"));
        File.WriteAllText(text, source);
        try
        {
            using var compiler = Process.Start("cc", ["-shared", "-fPIC", "-o", library, text]);
            compiler.WaitForExit();
            Assert.Equal(0, compiler.ExitCode);
        }
        catch (Win32Exception)
        {
            Assert.Skip("there is no C compiler");
        }
        return library;
    }

    internal static List<(string Name, double Value, string Tags)> Told()
    {
        var told = new List<(string, double, string)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter == Telemetry.Meter && instrument.Name.StartsWith("hw.", StringComparison.Ordinal))
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) => told.Add((i.Name, value, Text(tags))));
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => told.Add((i.Name, value, Text(tags))));
        listener.Start();
        listener.RecordObservableInstruments();
        return told;

        static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Join(' ', tags.ToArray().Select(t => $"{t.Key}={t.Value}"));
    }
}
