using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Serialization;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Tests.Stages;

/// <summary>Keys were text in files, in the state of grains and on the wire, and still are.</summary>
public sealed class StageKeyTests
{
    private static readonly Serializer Serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();
    private static readonly StageKey A = StageKey.Of("a"u8), B = StageKey.Of("b"u8);

    [Fact]
    public void It_is_the_hash_of_its_content()
    {
        Assert.Equal("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb", A.ToString());
        Assert.Equal(A, StageKey.Parse(A));
        Assert.True(StageKey.TryParse(A, out var same) && same == A && same != B);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")]
    [InlineData("abcdef0123456789abcdef0123456789abcdef0123456789abcdef01234567890")]
    public void What_is_no_key_is_refused_with_what_was_expected(string text)
    {
        Assert.False(StageKey.TryParse(text, out var none));
        Assert.Equal("", none.ToString());
        string expected = $"'{text}' is no key of a stage, expected 64 hexadecimal digits in lower case.";
        Assert.Equal(expected, Assert.Throws<ArgumentException>(() => StageKey.Parse(text)).Message);
        Assert.Contains(expected, Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<StageKey>($"\"{text}\"")).Message, StringComparison.Ordinal);
        Assert.Contains(expected, Assert.ThrowsAny<Exception>(() => Serializer.Deserialize<TypedKeys>(
            Serializer.SerializeToArray(new TextKeys(text, null, [])))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void In_files_it_is_its_text()
    {
        Assert.Equal($"\"{A}\"", JsonSerializer.Serialize(A, CoreJson.Canonical));
        Assert.Equal(A, JsonSerializer.Deserialize<StageKey>($"\"{A}\"", CoreJson.Canonical));
        Assert.Null(JsonSerializer.Deserialize<StageKey?>("null", CoreJson.Canonical));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<StageKey>("null", CoreJson.Canonical));
    }

    [Fact]
    public void Stored_and_sent_it_has_the_bytes_of_its_text()
    {
        Same(new TypedKeys(A, B, []), new TextKeys(A, B, []));
        Same(new TypedKeys(A, null, []), new TextKeys(A, null, []));
        // The parent of one is the key of another: the text is the same object, and is read all the same.
        var chain = new TypedKeys(A, A, [A, B, A]);
        var read = Serializer.Deserialize<TypedKeys>(Serializer.SerializeToArray(chain))!;
        Assert.Equal((A, (StageKey?)A), (read.Key, read.Parent));
        Assert.Equal([A, B, A], read.Others);
    }

    private static void Same(TypedKeys typed, TextKeys text)
    {
        byte[] now = Serializer.SerializeToArray(typed), then = Serializer.SerializeToArray(text);
        Assert.Equal(then, now);
        var (read, old) = (Serializer.Deserialize<TypedKeys>(then)!, Serializer.Deserialize<TextKeys>(now)!);
        Assert.Equal((typed.Key, typed.Parent), (read.Key, read.Parent));
        Assert.Equal((text.Key, text.Parent), (old.Key, old.Parent));
    }
}

[GenerateSerializer, Alias("test.TypedKeys")]
public sealed record TypedKeys([property: Id(0)] StageKey Key, [property: Id(1)] StageKey? Parent, [property: Id(2)] IReadOnlyList<StageKey> Others);

[GenerateSerializer, Alias("test.TextKeys")]
public sealed record TextKeys([property: Id(0)] string Key, [property: Id(1)] string? Parent, [property: Id(2)] IReadOnlyList<StageKey> Others);
