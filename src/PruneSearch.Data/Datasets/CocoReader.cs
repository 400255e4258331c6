using System.Text.Json;

namespace PruneSearch.Data.Datasets;

/// <summary>COCO object detection JSON.</summary>
internal static class CocoReader
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    public static DetectionDataset Read(string file, string imageFolder, DatasetReadOptions options)
    {
        var document = Load(file);
        var images = Require(document.Images, file, "images");
        var annotations = Require(document.Annotations, file, "annotations");
        var categories = ReadCategories(Require(document.Categories, file, "categories"), file);
        var folder = options.Check == ImageCheck.None ? null : new ImageFolder(imageFolder);
        var objects = GroupByImage(annotations, images, categories, file);
        var draft = new DatasetDraft(file, folder?.Root ?? Path.GetFullPath(imageFolder), options);
        foreach (var (image, index) in images.Select((image, i) => (image!, i)).OrderBy(i => i.Item1.Id))
        {
            string where = $"{file}: images[{index}]";
            string name = image.FileName ?? throw new DatasetException($"{where}.file_name: missing, expected the name of a picture");
            ImageFolder.CheckRelative(name, where);
            var picture = new PictureFact(folder?.Find(name, where) ?? name, where, image.Width, image.Height);
            draft.Add(image.Id!.Value, picture, (collector, width, height) => Objects(collector, width, height, objects[image.Id.Value], categories, file));
        }
        return draft.Build(Path.GetFileNameWithoutExtension(file), [.. categories.Values]);
    }

    private static IEnumerable<ObjectAnnotation> Objects(
        AnnotationCollector collector, int width, int height, List<(CocoDocument.Annotation Annotation, int Index)> annotations, SortedDictionary<long, string> categories, string file)
    {
        foreach (var (annotation, index) in annotations)
        {
            double[] box = annotation.Bbox!;
            string where = $"{file}: annotations[{index}]";
            var accepted = collector.Accept(
                categories[annotation.CategoryId!.Value],
                new PixelBox(box[0], box[1], box[2], box[3]),
                width,
                height,
                where,
                annotation.Area,
                annotation.Difficult != 0,
                annotation.IsCrowd != 0);
            if (accepted is not null)
            {
                yield return accepted;
            }
        }
    }

    private static CocoDocument Load(string file)
    {
        if (!File.Exists(file))
        {
            throw new DatasetException($"{file}: the annotation file does not exist");
        }
        try
        {
            using var stream = File.OpenRead(file);
            return JsonSerializer.Deserialize<CocoDocument>(stream, Format) ?? throw new DatasetException($"{file}: null, expected a COCO object");
        }
        catch (JsonException e)
        {
            throw new DatasetException($"{file}: line {e.LineNumber + 1}, {e.Path ?? "$"}: no valid COCO JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // Text that is no valid UTF-16 or UTF-8 is reported this way.
            throw new DatasetException($"{file}: no valid COCO JSON: {e.Message}", e);
        }
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
        List<CocoDocument.Annotation?> annotations, List<CocoDocument.Image?> images, SortedDictionary<long, string> categories, string file)
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
            if (annotations[i] is not { ImageId: long image, CategoryId: long category, Bbox.Length: 4 } annotation)
            {
                throw new DatasetException($"{where}: expected image_id, category_id and a bbox of four numbers");
            }
            if (!groups.TryGetValue(image, out var group))
            {
                throw new DatasetException($"{where}.image_id: there is no image {image}");
            }
            if (!categories.ContainsKey(category))
            {
                throw new DatasetException($"{where}.category_id: unknown class: there is no category {category}");
            }
            group.Add((annotation, i));
        }
        return groups;
    }
}
