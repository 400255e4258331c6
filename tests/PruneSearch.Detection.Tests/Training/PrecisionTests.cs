using PruneSearch.Core.Stages;
using PruneSearch.Detection.Devices;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using PruneSearch.Detection;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Training;

public sealed class PrecisionTests
{
    [Theory]
    [InlineData(Precision.Auto, Precision.Full, ScalarType.Float32)]
    [InlineData(Precision.Full, Precision.Full, ScalarType.Float32)]
    [InlineData(Precision.BFloat16, Precision.BFloat16, ScalarType.BFloat16)]
    [InlineData(Precision.Tf32, Precision.Full, ScalarType.Float32)]
    public void A_setting_is_the_same_number_type_on_every_processor(Precision setting, Precision stands, ScalarType type)
    {
        Assert.Equal(stands, TrainingPrecision.Resolve(setting, CPU));
        Assert.Equal(type, TrainingPrecision.TypeOf(stands));
    }

    [Theory]
    [InlineData(Precision.Auto, Precision.Full, Precision.Full)]
    [InlineData(Precision.Full, Precision.Full, Precision.Full)]
    [InlineData(Precision.BFloat16, Precision.BFloat16, Precision.Full)]
    [InlineData(Precision.Tf32, Precision.Tf32, Precision.Full)]
    public void A_gpu_computes_with_short_floats_when_asked_and_able(Precision setting, Precision able, Precision unable)
    {
        Assert.Equal(able, TrainingPrecision.Resolve(setting, DeviceType.CUDA, gpuHasThem: true));
        Assert.Equal(unable, TrainingPrecision.Resolve(setting, DeviceType.CUDA, gpuHasThem: false));
    }

    [Fact]
    public void Float32_is_not_rounded_unless_asked()
    {
        TorchDevices.AllowTf32(true); // as libtorch begins
        TorchDevices.Select("cpu");
        Assert.False(backends.cudnn.allow_tf32 || backends.cuda.matmul.allow_tf32);
    }

    [Fact]
    public void A_training_that_leaves_the_choice_open_computes_in_float32()
    {
        var model = Some.SmallDetector(out var weights);
        var settings = new FineTuneSettings { Steps = 3, BatchSize = 4, LearningRate = 1e-3 };

        float[] open = Trained(Precision.Auto), full = Trained(Precision.Full), half = Trained(Precision.BFloat16), short32 = Trained(Precision.Tf32);

        Assert.Equal(full, open);
        Assert.Equal(full, short32); // no GPU
        Assert.NotEqual(full, half);

        float[] Trained(Precision precision)
        {
            using var trainer = new Trainer(model, weights, settings with { Precision = precision }, CPU);
            for (int step = 0; step < settings.Steps; step++)
            {
                trainer.TrainOn(Some.Batch(step));
            }
            return [.. trainer.ToWeights().SelectMany(t => t.Value.Values)];
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
            outputs["classes"].Squared().mean().Plus(outputs["boxes"].Squared().mean()).backward();
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
