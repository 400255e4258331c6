using System.Globalization;
using PruneSearch.Data.Images;

namespace PruneSearch.Data.Datasets;

/// <summary>Text labels of the YOLO models: a line an object, <c>class centre-x centre-y width height</c> in fractions of the picture.</summary>
internal static class YoloReader
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp"];

    public static DetectionDataset Read(string root, string split, DatasetReadOptions options)
    {
        root = Path.GetFullPath(root);
        ImageFolder.CheckRelative(split, root);
        var folder = new ImageFolder(Path.Combine(root, "images", split));
        var names = ReadNames(Path.Combine(root, "classes.txt"), options);
        var draft = new DatasetDraft(folder.Root, folder.Root, options);
        long id = 0;
        foreach (string path in Directory.EnumerateFiles(folder.Root).Where(IsPicture).Order(StringComparer.Ordinal))
        {
            string label = Path.Combine(root, "labels", split, Path.GetFileNameWithoutExtension(path) + ".txt");
            // A picture without label file shows nothing: that is how the format marks it.
            var lines = File.Exists(label) ? ReadLines(label, names) : [];
            // Labels do not tell the size: it is learnt from the picture, from its header when it is not decoded.
            var (pictureWidth, pictureHeight) = options.Check == ImageCheck.Decode ? (0, 0) : SizeOf(path);
            draft.Add(++id, new PictureFact(Path.GetFileName(path), path, pictureWidth, pictureHeight), (collector, width, height) => lines
                .Select(l => collector.Accept(l.Class, l.ToPixels(width, height), width, height, l.Where))
                .OfType<ObjectAnnotation>());
        }
        return draft.Build($"{Path.GetFileName(root)}/{split}", names);
    }

    private static (int Width, int Height) SizeOf(string path)
    {
        try
        {
            return ImageDecoder.ReadSize(path);
        }
        catch (ImageDecodeException e)
        {
            throw new DatasetException(e.Message, e);
        }
    }

    private static bool IsPicture(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    private static IReadOnlyList<string> ReadNames(string file, DatasetReadOptions options)
    {
        if (File.Exists(file))
        {
            return [.. File.ReadLines(file).Select(l => l.Trim()).Where(l => l.Length > 0)];
        }
        return options.Classes ?? throw new DatasetException($"{file}: does not exist, expected a class name a line (or a list of classes in the options)");
    }

    private static List<Label> ReadLines(string file, IReadOnlyList<string> names)
    {
        var labels = new List<Label>();
        int line = 0;
        foreach (string text in File.ReadLines(file))
        {
            line++;
            string[] parts = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 0)
            {
                continue;
            }
            string where = $"{file}: line {line}";
            double[] values = new double[4];
            int index = 0;
            bool valid = parts.Length == 5 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out index);
            for (int i = 0; i < 4 && valid; i++)
            {
                valid = double.TryParse(parts[i + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]) && double.IsFinite(values[i]);
            }
            if (!valid)
            {
                throw new DatasetException($"{where}: '{text}', expected a class index and four numbers");
            }
            if (index >= names.Count)
            {
                throw new DatasetException($"{where}: unknown class {index}, expected 0 to {names.Count - 1}");
            }
            labels.Add(new Label(names[index], values[0], values[1], values[2], values[3], where));
        }
        return labels;
    }

    private sealed record Label(string Class, double CenterX, double CenterY, double Width, double Height, string Where)
    {
        public PixelBox ToPixels(int width, int height) =>
            new((CenterX - Width / 2) * width, (CenterY - Height / 2) * height, Width * width, Height * height);
    }
}
