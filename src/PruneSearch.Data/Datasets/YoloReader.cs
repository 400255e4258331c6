using PruneSearch.Core.Files;
using PruneSearch.Data.Images;

namespace PruneSearch.Data.Datasets;

/// <summary>
/// Folders of the YOLO models: pictures under <c>images/split</c>, and for each a text file of the same name under
/// <c>labels/split</c>, in the same folders below them.
/// </summary>
internal static class YoloReader
{
    private const string LabelEnding = ".txt";

    public static DetectionDataset Read(string root, string split, DatasetReadOptions options)
    {
        root = Path.GetFullPath(root);
        ImageFolder.CheckRelative(split, root, "a split");
        var folder = new ImageFolder(Path.Combine(root, "images", split));
        string labelFolder = Path.Combine(root, "labels", split);
        if (!Directory.Exists(labelFolder))
        {
            throw new DatasetException($"{labelFolder}: the folder of the labels does not exist");
        }
        var findings = new Findings();
        var names = YoloNames.Read(root, options.Classes, findings);
        folder.CountOthers(findings);
        string[] pictures = [.. folder.Files.Where(PictureFiles.IsPicture)];
        var labels = MatchLabels(pictures, labelFolder, findings);
        CountStrays(Path.Combine(root, "labels"), split, findings);
        var draft = new DatasetDraft(folder.Root, folder.Root, options, findings);
        for (int i = 0; i < pictures.Length; i++)
        {
            string picture = pictures[i], path = Path.Combine(folder.Root, picture);
            // A picture without label file shows nothing: that is how the format marks it.
            var lines = labels.TryGetValue(picture, out string? label) ? YoloLabels.Read(Path.Combine(labelFolder, label), names) : [];
            // Labels do not tell the size: it is learnt from the picture, from its header when it is not decoded.
            var (pictureWidth, pictureHeight) = options.Check == ImageCheck.Decode ? (0, 0) : SizeOf(path);
            draft.Add(i + 1, new PictureFact(picture, path, pictureWidth, pictureHeight), (width, height) => lines.Select(l => l.In(width, height)));
        }
        return draft.Build($"{Path.GetFileName(root)}/{split}", names);
    }

    // Label file of each picture that has one.
    private static Dictionary<string, string> MatchLabels(string[] pictures, string folder, Findings findings)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in FileTree.Of(folder).Where(f => !YoloNames.IsListOfClasses(f)))
        {
            if (!file.EndsWith(LabelEnding, StringComparison.OrdinalIgnoreCase))
            {
                findings.Add($"file in {folder} was not read: its ending is not {LabelEnding}",
                    $"files in {folder} were not read: their endings are not {LabelEnding}", file);
            }
            else if (!labels.TryAdd(Stem(file), file))
            {
                throw new DatasetException($"{Path.Combine(folder, file)}: there is also '{labels[Stem(file)]}', expected one label file of a name");
            }
        }
        var index = new NameIndex(labels.Keys);
        var matched = new Dictionary<string, string>(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (string picture in pictures)
        {
            string stem = Stem(picture);
            string? found = index.Find(stem, out string difference);
            if (found is null || difference == NameIndex.Folder)
            {
                findings.Add("picture has no label file and counts as one that shows nothing",
                    "pictures have no label file and count as ones that show nothing", picture);
                continue;
            }
            if (difference.Length > 0)
            {
                findings.Add($"label file is named in another {difference} than its picture",
                    $"label files are named in another {difference} than their pictures", labels[found]);
            }
            matched[picture] = labels[found];
            used.Add(found);
        }
        foreach (string left in labels.Keys.Where(l => !used.Contains(l)).Order(StringComparer.Ordinal))
        {
            findings.Add($"label file in {folder} has no picture and was not read", $"label files in {folder} have no picture and were not read", labels[left]);
        }
        return matched;
    }

    // Files beside the folders of the splits belong to none of them.
    private static void CountStrays(string folder, string split, Findings findings)
    {
        foreach (string file in Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal))
        {
            if (file.EndsWith(LabelEnding, StringComparison.OrdinalIgnoreCase) && !YoloNames.IsListOfClasses(file))
            {
                findings.Add(
                    $"label file stands in {folder} itself and was not read, expected it in the folder of a split, such as '{split}'",
                    $"label files stand in {folder} itself and were not read, expected them in the folder of a split, such as '{split}'", file);
            }
        }
    }

    private static string Stem(string file) => file[..^Path.GetExtension(file).Length];

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
}
