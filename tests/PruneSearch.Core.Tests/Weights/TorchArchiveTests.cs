using System.IO.Compression;
using PruneSearch.Core.Weights;

namespace PruneSearch.Tests.Core.Weights;

public sealed class TorchArchiveTests
{
    private static readonly WeightSet Weights = new()
    {
        ["a.weight"] = new WeightTensor([2, 3], [1, 2, 3, 4, 5, 6]),
        ["b.bias"] = new WeightTensor([2], [-1, 0.5f]),
        ["count"] = new WeightTensor([], [7]),
    };

    [Theory]
    [InlineData(null)]
    [InlineData("model")]
    [InlineData("state_dict")]
    public void A_state_dict_is_read_alone_and_among_what_training_keeps(string? place)
    {
        var read = TorchArchive.Read(TorchFile.Of(Weights, place), "weights.pth");

        Assert.Equal(Weights.Keys, read.Keys);
        foreach (var (name, tensor) in Weights)
        {
            Assert.Equal(tensor.Shape, read[name].Shape);
            Assert.Equal(tensor.Values, read[name].Values);
        }
    }

    [Fact]
    public void A_checkpoint_that_PyTorch_wrote_is_read()
    {
        // Convolution and batch norm, with an SGD optimizer and NumPy scores, saved by PyTorch 2.6.
        using var stream = typeof(TorchArchiveTests).Assembly.GetManifestResourceStream("pytorch-2.6-checkpoint.pth")!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);

        var read = TorchArchive.Read(content, "checkpoint.pth");

        Assert.Equal(["0.weight", "1.bias", "1.num_batches_tracked", "1.running_mean", "1.running_var", "1.weight"], read.Keys);
        Assert.Equal([4, 3, 3, 3], read["0.weight"].Shape);
        Assert.Equal(0.4520489774295129, read["0.weight"].Values.Sum(v => (double)v), 1e-9);
        Assert.Equal(3.449708938598633, read["1.running_var"].Values.Sum(v => (double)v), 1e-9);
        Assert.Equal([2], read["1.num_batches_tracked"].Values);
    }

    [Fact]
    public void Strides_are_followed()
    {
        byte[] file = new TorchFile().Code("}").Text("t").Tensor(new WeightTensor([3, 2], [1, 2, 3, 4, 5, 6]), strides: [1, 3]).Code("s").Bytes();

        Assert.Equal([1, 4, 2, 5, 3, 6], TorchArchive.Read(file, "weights.pth")["t"].Values);
    }

    [Theory]
    [InlineData("cos\nsystem\n")] // GLOBAL
    [InlineData("c__builtin__\neval\n")]
    [InlineData("cbuiltins\ngetattr\n")]
    [InlineData("cyolox.models.yolox\nYOLOX\n")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2.__globals__\n")]
    public void Names_beyond_tensors_are_refused(string instruction)
    {
        byte[] file = new TorchFile().Code(instruction).Text("touch /tmp/owned").Code("\u0085R").Bytes();

        var fault = Assert.Throws<FormatException>(() => TorchArchive.Read(file, "weights.pth"));

        Assert.StartsWith("weights.pth: the pickle is refused at byte 2: it names '", fault.Message);
        Assert.Contains("torch.save(model.state_dict(), FILE)", fault.Message);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Theory]
    [InlineData('i')] // INST: calls what it names
    [InlineData('o')] // OBJ
    [InlineData('\u0081')] // NEWOBJ
    [InlineData('\u0092')] // NEWOBJ_EX
    [InlineData('\u0082')] // EXT1
    [InlineData('P')] // PERSID
    [InlineData('2')] // DUP
    [InlineData('\u0097')] // NEXT_BUFFER
    public void Instructions_that_no_weights_need_are_refused(char instruction)
    {
        byte[] file = new TorchFile().Code("(").Text("os").Text("system").Code($"{instruction}").Bytes();

        Assert.Contains(
            $"instruction 0x{(int)instruction:X2} is not one", Assert.Throws<FormatException>(() => TorchArchive.Read(file, "weights.pth")).Message);
    }

    [Fact]
    public void Names_put_together_on_the_stack_are_refused_too()
    {
        byte[] file = new TorchFile().Text("os").Text("system").Code("\u0093").Text("ls").Code("\u0085R").Bytes();

        Assert.Contains("it names 'os.system'", Assert.Throws<FormatException>(() => TorchArchive.Read(file, "weights.pth")).Message);
    }

    [Fact]
    public void Only_mappings_have_attributes()
    {
        byte[] file = new TorchFile().Global("collections", "OrderedDict").Code("}b").Bytes();

        Assert.Contains("attributes", Assert.Throws<FormatException>(() => TorchArchive.Read(file, "weights.pth")).Message);
    }

    [Fact]
    public void A_small_file_takes_little_memory_whatever_it_claims()
    {
        var tensor = new WeightTensor([1], [1]);
        byte[] huge = new TorchFile { Claimed = 1L << 40 }.Code("}").Text("t").Tensor(new WeightTensor([1], [1])).Code("s").Bytes();
        byte[] compressed = new TorchFile { Compression = CompressionLevel.SmallestSize }.Code("}")
            .Text("t").Tensor(new WeightTensor([100_000], new float[100_000])).Code("s").Bytes();
        byte[] expanded = new TorchFile().Code("}").Text("t").Tensor(tensor, strides: [0]).Code("s").Bytes();
        var many = new TorchFile().Code("}(").Text("0").Tensor(new WeightTensor([1000], new float[1000])).Code("q", 0);
        for (int i = 1; i < 100; i++)
        {
            many.Text($"{i}").Code("h", 0);
        }
        byte[] repeated = many.Code("u").Bytes();

        Assert.Contains("expected 1099511627777 numbers", Fault(huge));
        Assert.Contains("uncompressed", Fault(compressed));
        Assert.Single(TorchArchive.Read(expanded, "weights.pth"));
        Assert.Contains("more values than the file has bytes", Fault(repeated));
    }

    [Fact]
    public void Faults_are_named_with_their_place()
    {
        Assert.Contains("no state dict", Fault(new TorchFile().Code("}").Bytes()));
        Assert.Contains("no state dict", Fault(new TorchFile().Code("K", 1).Bytes()));
        Assert.Contains("cut short", Fault(new TorchFile().Code("X", 255, 0, 0, 0).Bytes()));
        Assert.Contains("stack", Fault(new TorchFile().Code("R").Bytes()));
        Assert.Contains("little-endian", Fault(new TorchFile().Dictionary(Weights).Bytes("big")));
        Assert.Contains(
            "does not fit its storage", Fault(new TorchFile().Code("}").Text("t").Tensor(new WeightTensor([2], [1, 2]), strides: [5]).Code("s").Bytes()));
        Assert.Contains("no storage of numbers", Fault(new TorchFile().Code("}").Text("t").Tensor(new WeightTensor([1], [1]), type: "Size").Code("s").Bytes()));
        byte[] whole = TorchFile.Of(Weights);
        Assert.Contains("archive", Fault(whole[..(whole.Length / 2)]));
    }

    [Fact]
    public void Whatever_is_changed_in_a_file_it_is_read_or_refused()
    {
        byte[] whole = TorchFile.Of(Weights, "model");
        var random = new Random(1);
        for (int i = 0; i < 3000; i++)
        {
            byte[] changed = [.. whole];
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            try
            {
                TorchArchive.Read(changed, "weights.pth");
            }
            catch (FormatException e)
            {
                Assert.StartsWith("weights.pth", e.Message);
            }
        }
    }

    private static string Fault(byte[] file) => Assert.Throws<FormatException>(() => TorchArchive.Read(file, "weights.pth")).Message;
}
