using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace PruneSearch.Data.Datasets;

/// <summary>Pascal VOC folders (VOC2007 development kit, section 5).</summary>
internal static class VocReader
{
    private const long MaxXmlCharacters = 16 << 20;
    private const int MaxDepth = 32;
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".PNG"];

    public static DetectionDataset Read(string root, string split, DatasetReadOptions options)
    {
        root = Path.GetFullPath(root);
        ImageFolder.CheckRelative(split, root);
        string list = Path.Combine(root, "ImageSets", "Main", split + ".txt");
        if (!File.Exists(list))
        {
            throw new DatasetException($"{list}: the list of the split does not exist");
        }
        var folder = options.Check == ImageCheck.None ? null : new ImageFolder(Path.Combine(root, "JPEGImages"));
        var draft = new DatasetDraft(list, folder?.Root ?? Path.Combine(root, "JPEGImages"), options);
        var classes = new SortedSet<string>(StringComparer.Ordinal);
        long id = 0;
        foreach (var (name, line) in Names(list))
        {
            string file = Path.Combine(root, "Annotations", name + ".xml");
            var annotation = Load(file, $"{list}: line {line}");
            var objects = annotation.Elements("object").Select(o => ReadObject(o, file)).ToList();
            classes.UnionWith(objects.Select(o => o.Class));
            var size = annotation.Element("size");
            var picture = new PictureFact(FindPicture(folder, annotation, name, file), file, Size(size, "width", file), Size(size, "height", file));
            draft.Add(++id, picture, (collector, width, height) => objects
                .Select(o => collector.Accept(o.Class, o.Box, width, height, o.Where, difficult: o.Difficult))
                .OfType<ObjectAnnotation>());
        }
        return draft.Build($"{Path.GetFileName(root)}/{split}", [.. classes]);
    }

    // "name" or, in the lists of a class, "name flag".
    private static List<(string Name, int Line)> Names(string list)
    {
        var names = new List<(string, int)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        int line = 0;
        foreach (string text in File.ReadLines(list))
        {
            line++;
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }
            string name = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[0];
            ImageFolder.CheckRelative(name, $"{list}: line {line}");
            if (!seen.Add(name))
            {
                throw new DatasetException($"{list}: line {line}: '{name}' stands twice");
            }
            names.Add((name, line));
        }
        return [.. names.OrderBy(n => n.Item1, StringComparer.Ordinal)];
    }

    private static XElement Load(string file, string listed)
    {
        if (!File.Exists(file))
        {
            throw new DatasetException($"{listed}: there is no annotation {file}");
        }
        // No document type: entities can expand without bound and read other files.
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MaxXmlCharacters };
        try
        {
            RefuseDepth(file, settings);
            using var reader = XmlReader.Create(file, settings);
            return XDocument.Load(reader, LoadOptions.SetLineInfo).Root is { Name.LocalName: "annotation" } root
                ? root
                : throw new DatasetException($"{file}: the outer element should be <annotation>");
        }
        catch (XmlException e)
        {
            throw new DatasetException($"{file}: line {e.LineNumber}: no valid XML: {e.Message}", e);
        }
    }

    // The document model walks into elements recursively: a document that is nested thousands of levels deep ends here.
    private static void RefuseDepth(string file, XmlReaderSettings settings)
    {
        using var reader = XmlReader.Create(file, settings);
        while (reader.Read())
        {
            if (reader.Depth > MaxDepth)
            {
                throw new DatasetException($"{file}: line {((IXmlLineInfo)reader).LineNumber}: nested too deeply, expected at most {MaxDepth} levels");
            }
        }
    }

    private static VocObject ReadObject(XElement element, string file)
    {
        string where = $"{file}: line {((IXmlLineInfo)element).LineNumber}";
        string name = element.Element("name")?.Value.Trim() ?? "";
        if (name.Length == 0)
        {
            throw new DatasetException($"{where}: <object> without <name>");
        }
        var box = element.Element("bndbox") ?? throw new DatasetException($"{where}: <object> without <bndbox>");
        double left = Number(box, "xmin", file), top = Number(box, "ymin", file);
        double right = Number(box, "xmax", file), bottom = Number(box, "ymax", file);
        bool difficult = element.Element("difficult")?.Value.Trim() is "1" or "true";
        return new VocObject(name, new PixelBox(left, top, right - left, bottom - top), difficult, where);
    }

    private static double Number(XElement parent, string name, string file)
    {
        var element = parent.Element(name) ?? throw new DatasetException($"{file}: line {((IXmlLineInfo)parent).LineNumber}: <{parent.Name.LocalName}> without <{name}>");
        return double.TryParse(element.Value.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw new DatasetException($"{file}: line {((IXmlLineInfo)element).LineNumber}: <{name}> is '{element.Value}', expected a number");
    }

    // Some tools leave the size out or write 0: it is then learnt from the picture.
    private static int Size(XElement? size, string name, string file)
    {
        if (size?.Element(name) is null)
        {
            return 0;
        }
        double value = Number(size, name, file);
        return value is >= 0 and <= int.MaxValue ? (int)value : throw new DatasetException($"{file}: <{name}> is {value}, expected a size in pixels");
    }

    private static string FindPicture(ImageFolder? folder, XElement annotation, string name, string file)
    {
        string? stated = annotation.Element("filename")?.Value.Trim();
        if (folder is null)
        {
            return string.IsNullOrEmpty(stated) ? name + ".jpg" : stated;
        }
        foreach (string extension in Extensions)
        {
            if (File.Exists(Path.Combine(folder.Root, name + extension)))
            {
                return name + extension;
            }
        }
        return folder.Find(string.IsNullOrEmpty(stated) ? name + ".jpg" : stated, file);
    }

    private sealed record VocObject(string Class, PixelBox Box, bool Difficult, string Where);
}
