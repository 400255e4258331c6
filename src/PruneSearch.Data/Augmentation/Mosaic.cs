using PruneSearch.Core;
using PruneSearch.Data.Images;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Data.Augmentation;

/// <summary>
/// A picture put together from four (Bochkovskiy et al. 2020, section 3.3): they meet at a random point, each at .5 to 1
/// of its size with a corner at that point, cut at the mosaic's edges. Objects stay of which a quarter is to be seen.
/// </summary>
/// <param name="size">Edge of the mosaic in pixels.</param>
internal sealed class Mosaic(int size, SeededRandom random)
{
    /// <summary>Pictures in a mosaic: left and right of the upper row, then of the lower.</summary>
    public const int Tiles = 4;

    private const double MinScale = 0.5, MinCentre = 0.3, MaxCentre = 0.7, MinVisible = 0.25;

    private readonly int _row = (int)(size * random.NextDouble(MinCentre, MaxCentre)), _column = (int)(size * random.NextDouble(MinCentre, MaxCentre));
    private readonly List<BoxCorners> _boxes = [];
    private readonly List<int> _classes = [];

    /// <summary>Decides where a picture lies and keeps its objects that are to be seen.</summary>
    /// <param name="tile">Which of the four.</param>
    /// <param name="picture">The whole picture.</param>
    /// <param name="extent">Its width and height at full size, in fractions of the mosaic.</param>
    /// <param name="flip">Whether it may be mirrored.</param>
    /// <returns>A view as large as the mosaic, in which the picture lies where it belongs.</returns>
    public AugmentedView Place(int tile, AugmentedView picture, (double Width, double Height) extent, bool flip, SeededRandom decisions)
    {
        double scale = decisions.NextDouble(MinScale, 1), x = (double)_column / size, y = (double)_row / size;
        bool flipped = flip && decisions.NextBool();
        double width = scale * extent.Width, height = scale * extent.Height, left = IsRight(tile) ? x : x - width, top = IsLower(tile) ? y : y - height;
        double unflippedLeft = flipped ? 1 - left - width : left;
        var view = picture.Show(new PixelWindow(-unflippedLeft / width, -top / height, 1 / width, 1 / height), _ => true, clip: false);
        view = flipped ? RandomFlip.Flip(view) : view;
        var (rows, columns) = (Rows(tile), Columns(tile));
        var frame = new BoxCorners((float)rows.Start.Value / size, (float)columns.Start.Value / size, (float)rows.End.Value / size,
            (float)columns.End.Value / size);
        for (int i = 0; i < view.Boxes.Count; i++)
        {
            var box = view.Boxes[i];
            var visible = new BoxCorners(Math.Max(box.YMin, frame.YMin), Math.Max(box.XMin, frame.XMin), Math.Min(box.YMax, frame.YMax),
                Math.Min(box.XMax, frame.XMax));
            if (visible.Area() > 0 && visible.Area() >= MinVisible * box.Area())
            {
                _boxes.Add(visible);
                _classes.Add(view.Classes[i]);
            }
        }
        return view;
    }

    /// <summary>Copies the tile's part of a rendered view.</summary>
    public void Copy(int tile, ReadOnlySpan<float> view, Span<float> mosaic)
    {
        const int Channels = 3;
        var (rows, columns) = (Rows(tile), Columns(tile));
        int length = (columns.End.Value - columns.Start.Value) * Channels;
        for (int row = rows.Start.Value; row < rows.End.Value; row++)
        {
            int at = (row * size + columns.Start.Value) * Channels;
            view.Slice(at, length).CopyTo(mosaic.Slice(at, length));
        }
    }

    public AugmentedView ToView() => new(PixelWindow.Whole, false, _boxes, _classes);

    private Range Rows(int tile) => IsLower(tile) ? _row..size : 0.._row;

    private Range Columns(int tile) => IsRight(tile) ? _column..size : 0.._column;

    private static bool IsLower(int tile) => tile >= 2;

    private static bool IsRight(int tile) => tile % 2 == 1;
}
