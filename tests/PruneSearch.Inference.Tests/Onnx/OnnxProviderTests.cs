using Microsoft.ML.OnnxRuntime;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Inference.Tests.Onnx;

/// <summary>Which device measures, and what happens where the one that is asked for is not there. No GPU is needed.</summary>
public sealed class OnnxProviderTests
{
    [Fact]
    public void A_gpu_that_answers_is_used_and_named_in_reports()
    {
        var tried = new List<int>();
        var provider = OnnxProvider.Choose(1, tried.Add);

        Assert.Equal((1, null), (provider.Gpu, provider.Fallback));
        Assert.Equal([1], tried);
        var device = OnnxLatencyEngine.DeviceOf(1, provider);
        Assert.EndsWith(", CUDA", device.Engine, StringComparison.Ordinal);
        Assert.NotEqual(OnnxLatencyEngine.DeviceOf(1), device); // so its figures are kept apart from those of the processor
    }

    [Fact]
    public void Without_what_a_gpu_needs_the_processor_measures_and_the_reason_is_told()
    {
        foreach (Exception e in (Exception[])[new EntryPointNotFoundException("no CUDA\nin this build"), new DllNotFoundException("no CUDA\nlibcudnn")])
        {
            var provider = OnnxProvider.Choose(0, _ => throw e);
            Assert.Null(provider.Gpu);
            Assert.Equal("no CUDA", provider.Fallback);
            Assert.Equal(OnnxLatencyEngine.DeviceOf(2), OnnxLatencyEngine.DeviceOf(2, provider));
        }
        Assert.Throws<InvalidOperationException>(() => OnnxProvider.Choose(0, _ => throw new InvalidOperationException("a fault of ours")));
    }

    [Fact]
    public void The_real_runtime_is_tried_once_and_models_run_with_what_came_of_it()
    {
        var provider = OnnxProvider.Of(0);

        Assert.Same(provider, OnnxProvider.Of(0));
        Assert.True(provider.Gpu is 0 ^ provider.Fallback is { Length: > 0 });
        using var options = new SessionOptions();
        provider.AddTo(options); // no exception, whatever this machine has
    }

    [Theory]
    [InlineData("tpu", "device: 'tpu' is not right, expected cpu, cuda or cuda:NUMBER")]
    [InlineData("cuda:-1", "device: 'cuda:-1' is not right, expected cpu, cuda or cuda:NUMBER")]
    [InlineData("cuda:4711", "device: ONNX Runtime cannot use 'cuda:4711' here: ")]
    public void Who_measures_for_others_measures_on_what_was_asked_for_or_not_at_all(string device, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<FormatException>(() => OnnxProvider.Require(device)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_processor_is_always_there() => Assert.Equal((null, null), (OnnxProvider.Require("cpu").Gpu, OnnxProvider.Of(null).Fallback));
}
