namespace PruneSearch.Data.Datasets;

/// <summary>What a format's reader found; becomes a data set after its pictures were looked at.</summary>
internal sealed class DatasetDraft(string source, string root, DatasetReadOptions options, Findings findings)
{
    /// <summary>The objects of a picture, once its size in pixels is known.</summary>
    public delegate IEnumerable<StatedObject> ReadObjects(int width, int height);

    private readonly List<(long Id, PictureFact Picture, ReadObjects Objects)> _pictures = [];

    public void Add(long imageId, PictureFact picture, ReadObjects objects) => _pictures.Add((imageId, picture, objects));

    public DetectionDataset Build(string defaultName, IReadOnlyList<string> ownClasses)
    {
        if (_pictures.Count == 0)
        {
            throw Empty("there are no pictures in this split");
        }
        var collector = new AnnotationCollector(options.Classes ?? ownClasses, options.IgnoreOtherClasses, source, findings);
        PictureFact[] facts = [.. _pictures.Select(p => p.Picture)];
        if (options.Check != ImageCheck.None)
        {
            facts = DatasetVerifier.Look(root, facts, options.Check, options.Threads);
        }
        var samples = new List<DetectionSample>(_pictures.Count);
        for (int i = 0; i < _pictures.Count; i++)
        {
            var fact = facts[i];
            if (fact.Width < 1 || fact.Height < 1)
            {
                throw new DatasetException($"{fact.Where}: the size of '{fact.File}' is {fact.Width}×{fact.Height}, expected at least 1×1");
            }
            samples.Add(new DetectionSample
            {
                File = fact.File,
                Sha256 = fact.Sha256,
                Width = fact.Width,
                Height = fact.Height,
                ImageId = _pictures[i].Id,
                Objects = [.. _pictures[i].Objects(fact.Width, fact.Height)
                    .Select(o => collector.Accept(o, fact.Width, fact.Height)).OfType<ObjectAnnotation>()],
            });
        }
        if (samples.All(s => s.Objects.Count == 0))
        {
            throw Empty($"there is no object in any of the {samples.Count} pictures");
        }
        return new DetectionDataset
        {
            Name = options.Name ?? defaultName,
            Root = root,
            Classes = collector.Classes,
            Samples = samples,
            Warnings = findings.Lines,
        };
    }

    // What was left out is most often why.
    private DatasetException Empty(string what) => new($"{source}: {what}, expected at least one{string.Concat(findings.Lines.Select(l => "; " + l))}");
}
