using System.Globalization;
using PruneSearch.Core.Files;
using PruneSearch.Core.Searches;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Shapes;

namespace PruneSearch.Client.Inputs;

/// <summary>Reads the splits of a search and looks at every picture, so that nothing broken is found halfway.</summary>
internal static class SearchDataReader
{
    /// <summary>Reads them; drawn shapes are drawn first if they are not there yet.</summary>
    /// <param name="source">Where they come from.</param>
    /// <param name="drawnFolder">Folder for drawn data sets.</param>
    /// <param name="threads">Pictures looked at in parallel.</param>
    /// <exception cref="DatasetException">Something is missing, broken or contradictory.</exception>
    public static DataSplits Read(DataSource source, string drawnFolder, int threads, CancellationToken cancellation)
    {
        var options = new DatasetReadOptions { Threads = threads };
        if (source is DataSource.Annotated annotated)
        {
            options = options with { Classes = annotated.Classes, IgnoreOtherClasses = annotated.OtherClasses == OtherClasses.Ignore };
        }
        DataSplits Each<T>(T train, T validation, T? test, Func<T, DatasetReadOptions, DetectionDataset> read)
            where T : class
        {
            var first = read(train, options);
            cancellation.ThrowIfCancellationRequested();
            // Outputs of the detector are numbered once: the other splits have the classes of the training split.
            var others = options with { Classes = first.Classes };
            return new DataSplits(first, read(validation, others), test is null ? null : read(test, others));
        }
        return source switch
        {
            DataSource.Coco coco => Each(coco.Train, coco.Validation, coco.Test, (split, o) => DatasetReader.ReadCoco(split.Annotations, split.Images, o)),
            DataSource.Voc voc => Each(voc.Train, voc.Validation, voc.Test, (list, o) => DatasetReader.ReadPascalVoc(voc.Root, list, o)),
            DataSource.Yolo yolo => Each(yolo.Train, yolo.Validation, yolo.Test, (split, o) => DatasetReader.ReadYolo(yolo.Root, split, o)),
            DataSource.Shapes shapes when Draw(shapes, drawnFolder, cancellation) is var folder =>
                Each("train", "val", shapes.Test is null ? null : "test", (split, _) => ShapesDataset.Read(folder, split)),
            _ => throw new ArgumentOutOfRangeException(nameof(source), source, "unknown data source"),
        };
    }

    private static string Draw(DataSource.Shapes shapes, string drawnFolder, CancellationToken cancellation)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"shapes-{shapes.Train}-{shapes.Validation}-{shapes.Size}-{shapes.Seed}");
        string folder = Path.Combine(drawnFolder, shapes.Test is { } test ? string.Create(CultureInfo.InvariantCulture, $"{name}-test{test}") : name);
        var options = new ShapesOptions
        {
            Train = shapes.Train,
            Validation = shapes.Validation,
            Test = shapes.Test ?? 0,
            ImageSize = shapes.Size,
            Seed = shapes.Seed,
        };
        AtomicFolder.MakeOnce(folder, draft => ShapesDataset.Write(draft, options, cancellation));
        return folder;
    }
}
