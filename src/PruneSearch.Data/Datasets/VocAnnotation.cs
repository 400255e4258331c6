using System.Xml;
using System.Xml.Linq;
using PruneSearch.Core;

namespace PruneSearch.Data.Datasets;

/// <summary>One annotation file of a VOC folder.</summary>
/// <param name="File">Its path.</param>
/// <param name="FileName">The picture's name as it says; empty where it does not.</param>
/// <param name="Width">Of the picture in pixels; 0 where it does not say.</param>
/// <param name="Height">Of the picture in pixels; 0 where it does not say.</param>
/// <param name="Objects">What the picture shows.</param>
internal sealed record VocAnnotation(string File, string FileName, int Width, int Height, IReadOnlyList<StatedObject> Objects)
{
    private const int MaxXmlBytes = 64 << 20, MaxXmlCharacters = 16 << 20, MaxDepth = 32;

    private static readonly string[] True = ["1", "true", "yes"], False = ["", "0", "false", "no", "unspecified"];

    /// <exception cref="DatasetException">It is no annotation, or a value in it cannot be understood.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static VocAnnotation Read(string file, Findings findings)
    {
        var annotation = Load(file, findings);
        var size = annotation.Element("size");
        return new VocAnnotation(file, annotation.Element("filename")?.Value.Trim() ?? "", Size(size, "width", file), Size(size, "height", file),
            [.. annotation.Elements("object").Select(o => ReadObject(o, file))]);
    }

    private static XElement Load(string file, Findings findings)
    {
        // No document type: entities can expand without bound and read other files.
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MaxXmlCharacters };
        string text = AnnotationText.Read(file, MaxXmlBytes, findings, file);
        try
        {
            RefuseDepth(file, text, settings);
            using var reader = XmlReader.Create(new StringReader(text), settings);
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
    private static void RefuseDepth(string file, string text, XmlReaderSettings settings)
    {
        using var reader = XmlReader.Create(new StringReader(text), settings);
        while (reader.Read())
        {
            if (reader.Depth > MaxDepth)
            {
                throw new DatasetException($"{file}: line {((IXmlLineInfo)reader).LineNumber}: nested too deeply, expected at most {MaxDepth} levels");
            }
        }
    }

    private static StatedObject ReadObject(XElement element, string file)
    {
        string where = Where(element, file);
        string name = element.Element("name")?.Value.Trim() ?? "";
        if (name.Length == 0)
        {
            throw new DatasetException($"{where}: <object> without <name>");
        }
        var box = element.Element("bndbox") ?? throw new DatasetException($"{where}: <object> without <bndbox>");
        double left = Number(box, "xmin", file), top = Number(box, "ymin", file);
        double right = Number(box, "xmax", file), bottom = Number(box, "ymax", file);
        return new StatedObject(name, new PixelBox(left, top, right - left, bottom - top), where) { Difficult = Difficult(element.Element("difficult"), file) };
    }

    private static bool Difficult(XElement? element, string file)
    {
        string text = element?.Value.Trim() ?? "";
        return True.Contains(text, StringComparer.OrdinalIgnoreCase) || (False.Contains(text, StringComparer.OrdinalIgnoreCase) ? false
            : throw new DatasetException($"{Where(element!, file)}: <difficult> is '{text}', expected 0 or 1"));
    }

    private static double Number(XElement parent, string name, string file)
    {
        var element = parent.Element(name) ?? throw new DatasetException($"{Where(parent, file)}: <{parent.Name.LocalName}> without <{name}>");
        return PlainNumber.Parse(element.Value.Trim())
            ?? throw new DatasetException($"{Where(element, file)}: <{name}> is '{element.Value}', expected a number");
    }

    // Some tools leave the size out or write 0: it is then learnt from the picture.
    private static int Size(XElement? size, string name, string file)
    {
        if (size?.Element(name) is null)
        {
            return 0;
        }
        double value = Number(size, name, file);
        return value is >= 0 and <= int.MaxValue && value == Math.Floor(value) ? (int)value
            : throw new DatasetException(
                FormattableString.Invariant($"{Where(size.Element(name)!, file)}: <{name}> is {value}, expected a whole number of pixels"));
    }

    private static string Where(XElement element, string file) => $"{file}: line {((IXmlLineInfo)element).LineNumber}";
}
