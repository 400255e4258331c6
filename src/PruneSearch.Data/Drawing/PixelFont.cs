using System.Globalization;
using SkiaSharp;

namespace PruneSearch.Data.Drawing;

/// <summary>Letters of three by five squares, for machines without any font (bare containers).</summary>
internal static class PixelFont
{
    // A letter and its five rows of three bits, as octal digits from the top.
    private const string Table =
        "075557,126227,271747,371717,455711,574717,674757,771122,875757,975717" +
        ",a25755,b65656,c34443,d65556,e74647,f74644,g34553,h55755,i72227,j11152" +
        ",k55655,l44447,m57755,n65555,o25552,p65644,q25563,r65655,s34216,t72222" +
        ",u55557,v55552,w55775,x55255,y55222,z71247,.00002,-00700,%51245, 00000";

    private static readonly Dictionary<char, string> Glyphs = Table.Split(',').ToDictionary(g => g[0], g => g[1..]);

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
