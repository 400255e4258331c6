using System.Globalization;
using SkiaSharp;

namespace PruneSearch.Data.Drawing;

/// <summary>Letters of three by five squares, for machines without any font (bare containers).</summary>
internal static class PixelFont
{
    // Five rows of three bits a glyph, as octal digits from the top.
    private static readonly Dictionary<char, string> Glyphs = new()
    {
        ['0'] = "75557", ['1'] = "26227", ['2'] = "71747", ['3'] = "71717", ['4'] = "55711", ['5'] = "74717", ['6'] = "74757", ['7'] = "71122", ['8'] = "75757", ['9'] = "75717",
        ['a'] = "25755", ['b'] = "65656", ['c'] = "34443", ['d'] = "65556", ['e'] = "74647", ['f'] = "74644", ['g'] = "34553", ['h'] = "55755", ['i'] = "72227", ['j'] = "11152",
        ['k'] = "55655", ['l'] = "44447", ['m'] = "57755", ['n'] = "65555", ['o'] = "25552", ['p'] = "65644", ['q'] = "25563", ['r'] = "65655", ['s'] = "34216", ['t'] = "72222",
        ['u'] = "55557", ['v'] = "55552", ['w'] = "55775", ['x'] = "55255", ['y'] = "55222", ['z'] = "71247", ['.'] = "00002", ['-'] = "00700", ['%'] = "51245", [' '] = "00000",
    };

    private const string Unknown = "71202";

    /// <summary>Width of a text whose letters are <paramref name="height"/> high.</summary>
    public static float Measure(string text, float height) => (text.Length * 4 - 1) * (height / 5);

    /// <summary>Draws a text with its top left corner at a point.</summary>
    public static void Draw(SKCanvas canvas, string text, float x, float y, float height, SKPaint paint)
    {
        float square = height / 5;
        for (int i = 0; i < text.Length; i++)
        {
            string glyph = Glyphs.GetValueOrDefault(char.ToLower(text[i], CultureInfo.InvariantCulture), Unknown);
            for (int row = 0; row < 5; row++)
            {
                for (int column = 0; column < 3; column++)
                {
                    if (((glyph[row] - '0') & (4 >> column)) != 0)
                    {
                        canvas.DrawRect(x + (i * 4 + column) * square, y + row * square, square, square, paint);
                    }
                }
            }
        }
    }
}
