using PruneSearch.Client.SearchFiles.Schema;

namespace PruneSearch.Client.SearchFiles;

/// <summary>Turns the values under <c>data</c> into where pictures and annotations come from.</summary>
internal sealed class DataMapping(DocumentReader reader, FilePaths paths)
{
    /// <summary>The source; errors go to the reader.</summary>
    public DataSource Map(VariantValues data)
    {
        var v = data.Values;
        DataSource source = data.Word switch
        {
            "coco" => new DataSource.Coco(CocoSplit(v.Optional<Values>("train")!), CocoSplit(v.Optional<Values>("validation")!), v.Optional<Values>("test") is { } test ? CocoSplit(test) : null),
            "voc" => new DataSource.Voc(paths.Folder(v, "root"), v.Text("train"), v.Text("validation"), v.Optional<string>("test")),
            "yolo" => new DataSource.Yolo(paths.Folder(v, "root"), v.Text("train"), v.Text("validation"), v.Optional<string>("test")),
            _ => new DataSource.Shapes(v.Value<int>("train"), v.Value<int>("validation"), v.Value<int>("size"), v.Value<int>("seed"), v.OptionalValue<int>("test")),
        };
        source = source with { CacheBytes = (long)v.Value<int>("cache-mib") << 20 };
        if (source is DataSource.Shapes)
        {
            return source;
        }
        var classes = v.Has("classes") ? v.List<string>("classes") : null;
        bool ignore = v.Text("other-classes") == "ignore";
        if (ignore && classes is null)
        {
            reader.Error(v.At("other-classes"), "data.other-classes is 'ignore', but there is no list of classes, expected data.classes");
        }
        return source with { Classes = classes, IgnoreOtherClasses = ignore };
    }

    private CocoSplit CocoSplit(Values v) => new(paths.ExistingFile(v, "annotations")!, paths.Folder(v, "images"));
}
