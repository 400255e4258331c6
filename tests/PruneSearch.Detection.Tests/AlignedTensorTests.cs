using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Loading;
using PruneSearch.Detection;
using PruneSearch.Detection.Losses;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection;

public sealed class AlignedTensorTests
{
    private const int Alignment = 64;

    [Fact]
    public void Values_and_shape_are_kept_and_the_array_is_not()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        using var copy = AlignedTensor.Of(values, [2, 3]);
        using var whole = AlignedTensor.Of([7L, 8], [2]);
        values[0] = 9;

        Assert.Equal([2, 3], copy.shape);
        Assert.Equal([1f, 2, 3, 4, 5, 6], copy.data<float>().ToArray());
        Assert.Equal([7L, 8], whole.data<long>().ToArray());
    }

    [Fact]
    public void What_training_computes_with_is_aligned()
    {
        var model = Some.SmallDetector(out var weights);
        for (int round = 0; round < 4; round++)
        {
            using var scope = NewDisposeScope();
            using var network = new TorchNetwork(model.Network, Moved(weights, round));
            var image = Some.Image((0, .1f, .1f, .5f, .5f));
            using var targets = Targets.For(model, [image], new Assignment([.. Enumerable.Range(0, model.References.Count).Select(_ => 0)]), CPU);
            using var batch = TrainingBatch.From(new ImageBatch { Step = 0, Size = 64, Pixels = new float[64 * 64 * 3], Images = [image] }, CPU);

            Assert.All(network.Tensors, t => Assert.True(IsAligned(t.Value.detach()), t.Key));
            Assert.True(IsAligned(targets.Codes) && IsAligned(targets.Classes) && IsAligned(batch.Images));
        }
    }

    /// <summary>
    /// With one thread torch gives a 1×1 convolution of a 1×1 map to MKL, whose sums differ where an address is divisible by 8 but
    /// not by 16: the garbage collector would decide about the last bits of a training.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_same_weights_give_the_same_bits_wherever_their_arrays_lie(int threads)
    {
        const int inputs = 256, outputs = 64, rounds = 64;
        int before = get_num_threads();
        set_num_threads(threads);
        try
        {
            var builder = new NetworkBuilder();
            builder.Output("maps", [builder.Conv("conv", builder.Input("image", inputs, 1, 1), ChannelLayout.Fixed(outputs), 1)], outputs);
            var network = builder.Build();
            var random = new Random(1);
            var weights = new WeightSet();
            foreach (var t in network.Tensors)
            {
                weights.Add(t.Name, new WeightTensor([.. t.Shape], [.. Enumerable.Range(0, (int)t.Length).Select(_ => random.NextSingle() - 0.5f)]));
            }
            using var images = AlignedTensor.Of([.. Enumerable.Range(0, 8 * inputs).Select(_ => random.NextSingle())], [8, inputs, 1, 1]);
            float[]? first = null;
            var between = new List<byte[]>(); // moves later arrays to other addresses
            for (int round = 0; round < rounds; round++)
            {
                using var scope = NewDisposeScope();
                using var torch = new TorchNetwork(network, weights);
                float[] values = torch.Forward(images)["maps"].data<float>().ToArray();
                first ??= values;
                Assert.True(values.AsSpan().SequenceEqual(first), $"round {round}");
                between.Add(new byte[random.Next(1, 200)]);
            }
            GC.KeepAlive(between);
        }
        finally
        {
            set_num_threads(before);
        }
    }

    // Equal values in new arrays; the bytes between them move them to other addresses.
    private static WeightSet Moved(WeightSet weights, int round)
    {
        var random = new Random(round);
        var moved = new WeightSet();
        foreach (var (name, tensor) in weights)
        {
            GC.KeepAlive(new byte[random.Next(1, 64)]);
            moved.Add(name, new WeightTensor(tensor.Shape, [.. tensor.Values]));
        }
        return moved;
    }

    private static bool IsAligned(Tensor tensor)
    {
        using var rows = tensor.dim() == 4 && !tensor.is_contiguous() ? tensor.permute(0, 2, 3, 1) : tensor.alias();
        return Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref MemoryMarshal.GetReference(rows.bytes)) % Alignment == 0;
    }
}
