using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace PruneSearch.Core.Stages;

/// <summary>
/// A stage's identity: the SHA-256 of what it does, which contains its parent's key. As text, in files and on the way between
/// machines it is 64 hexadecimal digits in lower case; wherever a text is wanted, it is that text.
/// </summary>
[JsonConverter(typeof(StageKeyJson)), Immutable, Alias("prunesearch.StageKey")]
public readonly record struct StageKey
{
    /// <summary>Digits of a key.</summary>
    public const int Length = 2 * SHA256.HashSizeInBytes;

    private readonly string? _text;

    private StageKey(string text) => _text = text;

    /// <summary>The key of a content.</summary>
    public static StageKey Of(ReadOnlySpan<byte> content) => new(Convert.ToHexStringLower(SHA256.HashData(content)));

    /// <summary>Reads the 64 digits of a key.</summary>
    /// <exception cref="ArgumentException">It is none; the message says what was expected.</exception>
    public static StageKey Parse(string text) => TryParse(text, out var key) ? key
        : throw new ArgumentException(Complaint(text));

    /// <summary>Reads a key.</summary>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out StageKey key)
    {
        bool isKey = text?.Length == Length && text.All(char.IsAsciiHexDigitLower);
        key = isKey ? new StageKey(text!) : default;
        return isKey;
    }

    /// <summary>What is wrong with a text that is no key.</summary>
    internal static string Complaint(string text) =>
        $"'{ErrorText.OneLine(text)}' is no key of a stage, expected {Length} hexadecimal digits in lower case.";

    /// <summary>The key as text, wherever one is wanted.</summary>
    public static implicit operator string(StageKey key) => key.ToString();

    /// <summary>The digits; empty for a value that nobody set.</summary>
    public override string ToString() => _text ?? "";
}
