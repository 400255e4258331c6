using PruneSearch.Data.Images;

namespace PruneSearch.Data.Datasets;

/// <summary>Pascal VOC folders (VOC2007 development kit, section 5).</summary>
internal static class VocReader
{
    public static DetectionDataset Read(string root, string split, DatasetReadOptions options)
    {
        root = Path.GetFullPath(root);
        ImageFolder.CheckRelative(split, root, "a split");
        string list = Path.Combine(root, "ImageSets", "Main", split + ".txt");
        if (!File.Exists(list))
        {
            throw new DatasetException($"{list}: the list of the split does not exist");
        }
        var findings = new Findings();
        string pictures = Path.Combine(root, "JPEGImages");
        var folder = options.Check == ImageCheck.None ? null : new ImageFolder(pictures);
        var annotations = new VocAnnotations(Path.Combine(root, "Annotations"));
        var names = new VocLists(annotations).Read(list, findings);
        VocLists.CountUnlisted(annotations, list, findings);
        folder?.CountOthers(findings);
        var byName = folder?.Files.Where(PictureFiles.IsPicture).ToLookup(f => VocAnnotations.NameOf(f), StringComparer.OrdinalIgnoreCase);
        var draft = new DatasetDraft(list, folder?.Root ?? pictures, options, findings);
        var classes = new SortedSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < names.Count; i++)
        {
            var annotation = VocAnnotation.Read(annotations.PathOf(names[i]), findings);
            classes.UnionWith(annotation.Objects.Select(o => o.Class));
            var picture = new PictureFact(FindPicture(folder, byName, annotation, names[i], findings), annotation.File, annotation.Width, annotation.Height);
            draft.Add(i + 1, picture, (_, _) => annotation.Objects);
        }
        return draft.Build($"{Path.GetFileName(root)}/{split}", [.. classes]);
    }

    private static string FindPicture(ImageFolder? folder, ILookup<string, string>? byName, VocAnnotation annotation, string name, Findings findings)
    {
        string stated = annotation.FileName.Length == 0 ? name + PictureFiles.Endings[0] : annotation.FileName;
        if (folder is null)
        {
            return stated;
        }
        // Of the annotation's own name, letter case first, then in the order of the endings.
        string? own = byName![name].OrderBy(f => VocAnnotations.NameOf(f) == name ? 0 : 1)
            .ThenBy(f => PictureFiles.Endings.ToList().FindIndex(e => e.Equals(Path.GetExtension(f), StringComparison.OrdinalIgnoreCase)))
            .ThenBy(f => f, StringComparer.Ordinal).FirstOrDefault();
        return own ?? folder.Find(stated, annotation.File, findings)
            ?? throw new DatasetException($"{annotation.File}: there is no picture '{stated}' in {folder.Root}");
    }
}
