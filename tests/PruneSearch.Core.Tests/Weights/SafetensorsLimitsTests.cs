using System.Text;
using PruneSearch.Core.Weights;

namespace PruneSearch.Tests.Core.Weights;

/// <summary>The edges of the format: what is just in it, and what is just not.</summary>
public sealed class SafetensorsLimitsTests
{
    [Fact]
    public void A_file_of_two_bytes_of_header_is_an_empty_set() => Assert.Empty(Read("{}"));

    [Theory]
    [InlineData(7, "file: 7 bytes are too few for a safetensors file")]
    [InlineData(8, "file: header length 0 does not fit a safetensors file of 8 bytes")]
    [InlineData(0, "file: 0 bytes are too few for a safetensors file")]
    public void A_file_without_a_header_is_refused(int length, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => Safetensors.Read(new MemoryStream(new byte[length]), "file")).Message);

    [Theory]
    [InlineData("""[]""", "the safetensors header is no JSON object")]
    [InlineData("""{"a":TENSOR[0,4]},"a":TENSOR[4,8]}}""", "tensor 'a' stands twice")]
    [InlineData("""{"a":TENSOR[0,4]}}""", "4 bytes of data belong to no tensor")]
    [InlineData("""{"a":TENSOR[4,8]}}""", "tensor 'a' begins at byte 4, expected 0")]
    [InlineData("""{"a":TENSOR[0,4]},"b":TENSOR[4,8]},"c":TENSOR[8,12]}}""", "tensor 'c' ends at byte 12, but the file has only 8 bytes of data")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", "tensor 'a' has no valid shape and byte range")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}""", "tensor 'a' has no valid shape and byte range")]
    [InlineData("""{"a":{"dtype":"F32","shape":[65536,65536,65536,65536],"data_offsets":[0,0]}}""", "tensor 'a' has a damaged header entry")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", "tensor 'a' of 4 bytes does not fit its byte range -4 to 0")]
    // The longest array that there can be, and one element more.
    [InlineData("""{"a":{"dtype":"F32","shape":[2147483591],"data_offsets":[0,8589934364]}}""", "ends at byte 8589934364")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2147483592],"data_offsets":[0,8589934368]}}""", "does not fit its byte range")]
    [InlineData("""{"a":{"dtype":"float32","shape":[1],"data_offsets":[0,4]}}""", "has type 'float32', expected F32")]
    [InlineData("""{"a":{"dtype":"f8_e4m3n","shape":[1],"data_offsets":[0,4]}}""", "has type 'f8_e4m3n', expected F32")]
    [InlineData("""{"a":{"dtype":"f8_e4m3fn","shape":[1],"data_offsets":[0,4]}}""", "has type '…', expected F32")]
    [InlineData("""{"a":{"dtype":"F\n","shape":[1],"data_offsets":[0,4]}}""", "has type '…', expected F32")]
    [InlineData("""{"a\n":TENSOR[0,4]}}""", "a tensor has a name of 2 characters with control characters")]
    public void What_is_wrong_is_said(string header, string message)
    {
        string text = header.Replace("TENSOR", """{"dtype":"F32","shape":[1],"data_offsets":""", StringComparison.Ordinal);
        Assert.Contains(message, Assert.Throws<FormatException>(() => Read(text, new byte[8])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_have_at_most_512_characters()
    {
        static string Header(int length) => $$$"""{"{{{new string('n', length)}}}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""";

        Assert.Equal([0], Assert.Single(Read(Header(512))).Value.Shape);
        Assert.Contains("a name of 513 characters", Assert.Throws<FormatException>(() => Read(Header(513))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_set_is_read_from_where_the_stream_stands_to_its_end()
    {
        var stream = new MemoryStream();
        stream.Write("before"u8);
        Safetensors.Write(stream, new WeightSet { ["a"] = new WeightTensor([2], [1, 2]) });
        stream.Position = 6;

        Assert.Equal([1f, 2f], Safetensors.Read(stream, "test")["a"].Values);
        stream.WriteByte(0);
        stream.Position = 6;
        Assert.Contains("1 bytes of data belong to no tensor", Assert.Throws<FormatException>(() => Safetensors.Read(stream, "test")).Message);
    }

    [Fact]
    public void Data_begin_at_a_multiple_of_eight_bytes_whatever_the_names()
    {
        for (int length = 1; length <= 16; length++)
        {
            byte[] bytes = Bytes(new WeightSet { [new string('n', length)] = new WeightTensor([1], [1]) });

            Assert.Equal(0, BitConverter.ToInt64(bytes) % 8);
            Assert.Equal(8 + BitConverter.ToInt64(bytes) + 4, bytes.Length);
        }
    }

    [Fact]
    public void Metadata_are_kept_in_one_order_and_none_are_no_entry()
    {
        var weights = new WeightSet { ["a"] = new WeightTensor([1], [1]) };
        byte[] one = Bytes(weights, new() { ["b"] = "2", ["a"] = "1" }), other = Bytes(weights, new() { ["a"] = "1", ["b"] = "2" });

        Assert.Equal(one, other);
        Assert.Equal([new("a", "1"), new("b", "2")], Safetensors.ReadMetadata(new MemoryStream(one), "test"));
        Assert.Equal(["a"], Safetensors.Read(new MemoryStream(one), "test").Keys);
        Assert.Equal(Bytes(weights), Bytes(weights, []));
        Assert.Empty(Safetensors.ReadMetadata(new MemoryStream(Bytes(weights)), "test"));
        Assert.Empty(Safetensors.ReadMetadata(File("[]"), "test"));
        Assert.Empty(Safetensors.ReadMetadata(File("""{"__metadata__":5}"""), "test"));
    }

    [Theory]
    [InlineData("F64", 8)]
    [InlineData("F32", 4)]
    [InlineData("I32", 4)]
    [InlineData("F16", 2)]
    [InlineData("I8", 1)]
    public void All_values_of_other_types_are_read_from_their_places(string type, int size)
    {
        byte[][] values = type switch
        {
            "F64" => [.. new double[] { 1, 2, 3 }.Select(BitConverter.GetBytes)],
            "F32" => [.. new float[] { 1, 2, 3 }.Select(BitConverter.GetBytes)],
            "F16" => [.. new Half[] { (Half)1, (Half)2, (Half)3 }.Select(BitConverter.GetBytes)],
            "I32" => [.. new int[] { 1, 2, 3 }.Select(BitConverter.GetBytes)],
            _ => [[1], [2], [3]],
        };
        string header = $$$"""{"t":{"dtype":"{{{type}}}","shape":[3],"data_offsets":[0,{{{3 * size}}}]}}""";

        Assert.Equal([1f, 2f, 3f], Read(header, [.. values.SelectMany(v => v)])["t"].Values);
    }

    private static byte[] Bytes(WeightSet weights, Dictionary<string, string>? metadata = null)
    {
        var stream = new MemoryStream();
        Safetensors.Write(stream, weights, metadata);
        return stream.ToArray();
    }

    private static WeightSet Read(string header, byte[]? data = null) => Safetensors.Read(File(header, data), "file");

    private static MemoryStream File(string header, byte[]? data = null)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        return new([.. BitConverter.GetBytes((long)text.Length), .. text, .. data ?? []]);
    }
}
