using PruneSearch.Core.Stages;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Training;

public sealed class PrecisionTests
{
    [Fact]
    public void Automatic_is_what_the_processor_can_do()
    {
        Assert.Equal(TrainingPrecision.ProcessorHasBFloat16 ? ScalarType.BFloat16 : ScalarType.Float32, TrainingPrecision.Resolve(Precision.Auto, CPU));
        Assert.Equal(ScalarType.Float32, TrainingPrecision.Resolve(Precision.Auto, new Device(DeviceType.CUDA, 0)));
        Assert.Equal(ScalarType.Float32, TrainingPrecision.Resolve(Precision.Full, CPU));
        if (OperatingSystem.IsLinux() && File.Exists("/proc/cpuinfo"))
        {
            string flags = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("flags", StringComparison.Ordinal)) ?? "";
            Assert.Equal(
                flags.Contains(" avx512_bf16", StringComparison.Ordinal) || flags.Contains(" amx_bf16", StringComparison.Ordinal),
                TrainingPrecision.ProcessorHasBFloat16);
        }
    }

    [Fact]
    public void Half_precision_stays_near_float32_forwards_and_backwards()
    {
        using var scope = NewDisposeScope();
        var model = Some.TrainedDetector(out var weights);
        using var batch = Some.Batch(1, count: 1, size: 300);
        using var exact = new TorchNetwork(model.Network, weights);
        using var rough = new TorchNetwork(model.Network, weights) { ConvolutionType = ScalarType.BFloat16 };
        foreach (var network in (TorchNetwork[])[exact, rough])
        {
            var outputs = network.Forward(batch.Images, training: true);
            Assert.All(outputs.Values, o => Assert.Equal(ScalarType.Float32, o.dtype));
            (outputs["classes"].square().mean() + outputs["boxes"].square().mean()).backward();
        }

        foreach (var (name, weight) in exact.Trainable)
        {
            Tensor wanted = weight.grad!, got = rough.Tensors[name].grad!;
            Assert.Equal(ScalarType.Float32, got.dtype);
            double cosine = nn.functional.cosine_similarity(wanted.reshape(1, -1), got.reshape(1, -1), 1).item<float>();
            Assert.True(cosine > 0.75, $"{name}: the gradients' cosine is {cosine}");
        }
    }
}
