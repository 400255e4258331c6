using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace PruneSearch.Core.Files;

/// <summary>Reads small text files that users name: UTF-8, or UTF-16 and UTF-32 with their mark.</summary>
public static class TextFile
{
    // The longer marks first: that of UTF-32 begins like one of UTF-16.
    private static readonly Encoding[] Marked =
    [
        new UTF32Encoding(bigEndian: false, byteOrderMark: true, throwOnInvalidCharacters: true),
        new UTF32Encoding(bigEndian: true, byteOrderMark: true, throwOnInvalidCharacters: true),
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true),
        new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true),
        new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true),
    ];

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The whole text, without a mark.</summary>
    /// <param name="maxBytes">Largest file that is read.</param>
    /// <exception cref="IOException">There is no such regular file, it is too large, or it cannot be read.</exception>
    /// <exception cref="FormatException">It is no text.</exception>
    public static string Read(string path, int maxBytes) =>
        TryDecode(RegularFile.ReadAllBytes(path, maxBytes), out string? text) && !text.Contains('\0', StringComparison.Ordinal)
        ? text : throw new FormatException($"{path}: is no text, expected UTF-8");

    /// <summary>The text of bytes that are UTF-8, or begin with the mark of UTF-8, UTF-16 or UTF-32.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> content, [NotNullWhen(true)] out string? text)
    {
        try
        {
            foreach (var encoding in Marked)
            {
                if (content.StartsWith(encoding.Preamble))
                {
                    text = encoding.GetString(content[encoding.Preamble.Length..]);
                    return true;
                }
            }
            text = Utf8.GetString(content);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = null;
            return false;
        }
    }

    /// <summary>The lines of a text without the blanks around them; empty ones are left out.</summary>
    public static IReadOnlyList<string> Lines(string text) => text.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
