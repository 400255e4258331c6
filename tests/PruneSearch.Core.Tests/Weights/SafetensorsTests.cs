using System.Text;
using PruneSearch.Core.Weights;

namespace PruneSearch.Tests.Core.Weights;

public sealed class SafetensorsTests
{
    [Fact]
    public void Tensors_survive_and_equal_sets_have_equal_bytes()
    {
        byte[] bytes = Bytes();
        var read = Safetensors.Read(new MemoryStream(bytes), "test");
        Assert.Equal(["a", "scalar", "z/é"], read.Keys);
        Assert.Equal([2, 3], read["a"].Shape);
        Assert.Equal([1f, -2f, float.NaN, float.PositiveInfinity, 0f, 1e-42f], read["a"].Values);
        Assert.Empty(read["scalar"].Shape);
        Assert.Equal(bytes, Bytes());
    }

    [Theory]
    [InlineData("F16", new byte[] { 0x00, 0x3C }, 1f)]
    [InlineData("BF16", new byte[] { 0x80, 0x3F }, 1f)]
    [InlineData("F64", new byte[] { 0, 0, 0, 0, 0, 0, 0xF0, 0x3F }, 1f)]
    [InlineData("I64", new byte[] { 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, -2f)]
    [InlineData("I32", new byte[] { 0, 1, 0, 0 }, 256f)]
    [InlineData("I16", new byte[] { 0xFF, 0xFF }, -1f)]
    [InlineData("I8", new byte[] { 0x80 }, -128f)]
    [InlineData("U8", new byte[] { 0x80 }, 128f)]
    [InlineData("BOOL", new byte[] { 1 }, 1f)]
    public void Other_number_types_are_converted(string type, byte[] data, float expected)
    {
        var read = Safetensors.Read(File($$$"""{"t":{"dtype":"{{{type}}}","shape":[1],"data_offsets":[0,{{{data.Length}}}]}}""", data), "test");
        Assert.Equal([expected], read["t"].Values);
    }

    [Theory]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,400]}}""")]
    [InlineData("""{"t":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"t":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""")]
    [InlineData("""{"t":{"dtype":"I7","shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1]}}""")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""")]
    [InlineData("""{"t":5}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public void Damaged_headers_are_refused(string header) => Assert.Throws<FormatException>(() => Safetensors.Read(File(header, new byte[4]), "file"));

    [Fact]
    public void Damaged_files_are_read_or_refused()
    {
        byte[] bytes = Bytes();
        int refused = Fuzz.Run<FormatException>(bytes, 3000, damaged =>
        {
            Safetensors.Read(new MemoryStream(damaged), "file");
            Assert.True(damaged.Length >= bytes.Length, "a cut file was accepted");
        }, maxBytes: 1 << 20);
        Assert.InRange(refused, 1000, 3000);
    }

    [Fact]
    public void A_header_that_says_it_is_longer_takes_no_memory()
    {
        foreach (long length in new[] { long.MaxValue, -1, 1L << 40, 99_999_999 })
        {
            byte[] file = [.. BitConverter.GetBytes(length), .. "{}      "u8];
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<FormatException>(() => Safetensors.Read(new MemoryStream(file), "file"));
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
        }
    }

    [Fact]
    public void Shape_and_values_must_agree() => Assert.Throws<ArgumentException>(() => new WeightTensor([2, 2], new float[3]));

    [Fact]
    public void Shapes_whose_product_overflows_or_hides_negative_dimensions_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new WeightTensor([65536, 65536, 65536, 65536], []));
        Assert.Throws<ArgumentException>(() => new WeightTensor([-2, -3], new float[6]));
    }

    private static byte[] Bytes()
    {
        var stream = new MemoryStream();
        Safetensors.Write(stream, new WeightSet
        {
            ["z/é"] = new WeightTensor([1], [7]),
            ["a"] = new WeightTensor([2, 3], [1, -2, float.NaN, float.PositiveInfinity, 0, 1e-42f]),
            ["scalar"] = new WeightTensor([], [3]),
        });
        return stream.ToArray();
    }

    private static MemoryStream File(string header, byte[] data) =>
        new([.. BitConverter.GetBytes((long)Encoding.UTF8.GetByteCount(header)), .. Encoding.UTF8.GetBytes(header), .. data]);
}
