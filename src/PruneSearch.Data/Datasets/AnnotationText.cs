using System.Text;
using System.Text.RegularExpressions;
using PruneSearch.Core.Files;

namespace PruneSearch.Data.Datasets;

/// <summary>
/// The text of annotation files, whatever code page their tool wrote: UTF-8 or what a mark or an XML declaration says; else, for
/// bytes that are no UTF-8, a guess between the two code pages that annotation tools leave undeclared.
/// </summary>
internal static partial class AnnotationText
{
    private const int DeclarationBytes = 200, HighBit = 0x80;
    private const string Chinese = "GB18030", Western = "windows-1252"; // GB18030 holds GBK and GB2312

    private static readonly string[] ChineseNames = ["gb2312", "gbk", "gb18030", "cp936", "936", "x-gbk"];

    /// <param name="maxBytes">Largest file that is read.</param>
    /// <param name="findings">Told when the encoding had to be guessed.</param>
    /// <param name="name">What the findings call the file.</param>
    /// <exception cref="IOException">There is no such regular file, it is too large, or it cannot be read.</exception>
    /// <exception cref="DatasetException">It is not what its declaration says, or no text at all.</exception>
    public static string Read(string path, int maxBytes, Findings findings, string name)
    {
        byte[] content = RegularFile.ReadAllBytes(path, maxBytes);
        string? declared = Declared(content);
        if (declared is null || declared.StartsWith("utf", StringComparison.OrdinalIgnoreCase) || Marked(content))
        {
            if (TextFile.TryDecode(content, out string? text))
            {
                return text;
            }
            string guess = LooksChinese(content) ? Chinese : Western;
            findings.Add(
                $"file is neither UTF-8 nor says what it is and was read as {guess}",
                $"files are neither UTF-8 nor say what they are and were read as {guess}", name);
            return Decode(content, guess) ?? Decode(content, Western) ?? throw new DatasetException($"{path}: is no text, expected UTF-8");
        }
        return Decode(content, ChineseNames.Contains(declared, StringComparer.OrdinalIgnoreCase) ? Chinese : declared)
            ?? throw new DatasetException($"{path}: its declaration says encoding '{declared}', and it cannot be read as that");
    }

    private static string? Declared(byte[] content)
    {
        string start = Encoding.Latin1.GetString(content, 0, Math.Min(content.Length, DeclarationBytes));
        return Declaration().Match(start) is { Success: true } match ? match.Groups[1].Value : null;
    }

    private static bool Marked(byte[] content) => content is [0xEF, 0xBB, 0xBF, ..] or [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];

    private static string? Decode(byte[] content, string encoding)
    {
        try
        {
            string? text = (CodePagesEncodingProvider.Instance.GetEncoding(encoding, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                ?? Encoding.GetEncoding(encoding, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)).GetString(content);
            return text;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException) // unknown, or bytes that do not fit
        {
            return null;
        }
    }

    // Chinese characters take two bytes above 127 in GB2312; letters with accents stand alone between plain ones.
    private static bool LooksChinese(byte[] content)
    {
        int run = 0;
        foreach (byte b in content)
        {
            if (b >= HighBit)
            {
                run++;
            }
            else if (run % 2 == 0)
            {
                run = 0;
            }
            else
            {
                return false;
            }
        }
        return run % 2 == 0;
    }

    [GeneratedRegex("""^\s*<\?xml[^>]*\sencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")]
    private static partial Regex Declaration();
}
