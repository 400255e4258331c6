namespace PruneSearch.Data.Datasets;

/// <summary>COCO object detection JSON.</summary>
internal static class CocoReader
{
    private const int NamedPictures = 3;

    public static DetectionDataset Read(string file, string imageFolder, DatasetReadOptions options)
    {
        var document = CocoFile.Read(file);
        var images = Require(document.Images, file, "images");
        var annotations = Require(document.Annotations, file, "annotations");
        var categories = ReadCategories(Require(document.Categories, file, "categories"), file);
        var folder = options.Check == ImageCheck.None ? null : new ImageFolder(imageFolder);
        var findings = new Findings();
        var objects = GroupByImage(annotations, images, categories, file, findings);
        var draft = new DatasetDraft(file, folder?.Root ?? Path.GetFullPath(imageFolder), options, findings);
        var missing = new List<string>();
        foreach (var (image, index) in images.Select((image, i) => (image!, i)).OrderBy(i => i.Item1.Id))
        {
            string where = $"{file}: images[{index}]";
            string name = image.FileName ?? throw new DatasetException($"{where}.file_name: missing, expected the name of a picture");
            ImageFolder.CheckRelative(name, where);
            if ((folder is null ? name.Replace('\\', '/') : folder.Find(name, where, findings)) is not { } found)
            {
                missing.Add($"images[{index}] '{name}'");
                continue;
            }
            draft.Add(image.Id!.Value, new PictureFact(found, where, image.Width ?? 0, image.Height ?? 0),
                (_, _) => objects[image.Id.Value].Select(o => Stated(o.Annotation, categories, $"{file}: annotations[{o.Index}]")));
        }
        return missing.Count == 0 ? draft.Build(Path.GetFileNameWithoutExtension(file), [.. categories.Values])
            : throw new DatasetException($"{file}: {missing.Count} of {images.Count} pictures are not in {folder!.Root} (first: " +
                $"{string.Join(", ", missing.Take(NamedPictures))})");
    }

    private static StatedObject Stated(CocoDocument.Annotation annotation, SortedDictionary<long, string> categories, string where)
    {
        double[] box = annotation.Bbox!;
        return new StatedObject(categories[annotation.CategoryId!.Value], new PixelBox(box[0], box[1], box[2], box[3]), where)
        {
            Area = annotation.Area,
            Difficult = annotation.Difficult ?? false,
            Crowd = annotation.IsCrowd ?? false,
        };
    }

    private static List<T> Require<T>(List<T>? list, string file, string member) =>
        list ?? throw new DatasetException($"{file}: {member}: missing, expected an array");

    private static SortedDictionary<long, string> ReadCategories(List<CocoDocument.Category?> list, string file)
    {
        var categories = new SortedDictionary<long, string>();
        for (int i = 0; i < list.Count; i++)
        {
            if (list[i] is not { Id: long id, Name: string name })
            {
                throw new DatasetException($"{file}: categories[{i}]: expected an id and a name");
            }
            if (!categories.TryAdd(id, name))
            {
                throw new DatasetException($"{file}: categories[{i}].id: {id} stands twice");
            }
        }
        return categories;
    }

    private static Dictionary<long, List<(CocoDocument.Annotation Annotation, int Index)>> GroupByImage(
        List<CocoDocument.Annotation?> annotations, List<CocoDocument.Image?> images, SortedDictionary<long, string> categories, string file, Findings findings)
    {
        var groups = new Dictionary<long, List<(CocoDocument.Annotation, int)>>();
        for (int i = 0; i < images.Count; i++)
        {
            long id = images[i]?.Id ?? throw new DatasetException($"{file}: images[{i}].id: missing, expected a whole number");
            if (!groups.TryAdd(id, []))
            {
                throw new DatasetException($"{file}: images[{i}].id: {id} stands twice");
            }
        }
        for (int i = 0; i < annotations.Count; i++)
        {
            string where = $"{file}: annotations[{i}]";
            if (annotations[i] is not { ImageId: long image, CategoryId: long category, Bbox: { } box } annotation)
            {
                throw new DatasetException($"{where}: {Lacking(annotations[i])}, expected image_id, category_id and a bbox of four numbers");
            }
            if (!categories.ContainsKey(category))
            {
                throw new DatasetException($"{where}.category_id: unknown class: there is no category {category}");
            }
            if (box.Length == 0)
            {
                findings.Add("annotation without a bbox was left out", "annotations without a bbox were left out", $"annotations[{i}]");
            }
            else if (groups.TryGetValue(image, out var group))
            {
                group.Add((annotation, i));
            }
            else
            {
                findings.Add("annotation of an image that is not listed was left out", "annotations of images that are not listed were left out",
                    $"annotations[{i}] of image {image}");
            }
        }
        return groups;
    }

    private static string Lacking(CocoDocument.Annotation? annotation) => annotation is null ? "is null"
        : "has no " + string.Join(" and no ", Required(annotation).Where(m => m.Value is null).Select(m => m.Name));

    private static (string Name, object? Value)[] Required(CocoDocument.Annotation annotation) =>
        [("image_id", annotation.ImageId), ("category_id", annotation.CategoryId), ("bbox", annotation.Bbox)];
}
