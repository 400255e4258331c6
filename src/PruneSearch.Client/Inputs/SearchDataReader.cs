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
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DatasetException">Something is missing, broken or contradictory.</exception>
    public static DataSplits Read(DataSource source, string drawnFolder, int threads, CancellationToken cancellation)
    {
        var options = new DatasetReadOptions { Threads = threads };
        if (source is DataSource.Annotated annotated)
        {
            options = options with { Classes = annotated.Classes, IgnoreOtherClasses = annotated.OtherClasses == OtherClasses.Ignore };
        }
        Func<DatasetReadOptions, DetectionDataset> readTrain, readValidation;
        Func<DatasetReadOptions, DetectionDataset>? readTest;
        switch (source)
        {
            case DataSource.Coco coco:
                readTrain = o => DatasetReader.ReadCoco(coco.Train.Annotations, coco.Train.Images, o);
                readValidation = o => DatasetReader.ReadCoco(coco.Validation.Annotations, coco.Validation.Images, o);
                readTest = coco.Test is { } c ? o => DatasetReader.ReadCoco(c.Annotations, c.Images, o) : null;
                break;
            case DataSource.Voc voc:
                readTrain = o => DatasetReader.ReadPascalVoc(voc.Root, voc.Train, o);
                readValidation = o => DatasetReader.ReadPascalVoc(voc.Root, voc.Validation, o);
                readTest = voc.Test is { } v ? o => DatasetReader.ReadPascalVoc(voc.Root, v, o) : null;
                break;
            case DataSource.Yolo yolo:
                readTrain = o => DatasetReader.ReadYolo(yolo.Root, yolo.Train, o);
                readValidation = o => DatasetReader.ReadYolo(yolo.Root, yolo.Validation, o);
                readTest = yolo.Test is { } y ? o => DatasetReader.ReadYolo(yolo.Root, y, o) : null;
                break;
            case DataSource.Shapes shapes:
                string folder = Draw(shapes, drawnFolder, cancellation);
                readTrain = _ => ShapesDataset.Read(folder, "train");
                readValidation = _ => ShapesDataset.Read(folder, "val");
                readTest = shapes.Test is null ? null : _ => ShapesDataset.Read(folder, "test");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(source), source, "unknown data source");
        }
        var train = readTrain(options);
        cancellation.ThrowIfCancellationRequested();
        // Outputs of the detector are numbered once: the other splits have the classes of the training split.
        options = options with { Classes = train.Classes };
        return new DataSplits(train, readValidation(options), readTest?.Invoke(options));
    }

    private static string Draw(DataSource.Shapes shapes, string drawnFolder, CancellationToken cancellation)
    {
        string folder = Path.Combine(drawnFolder, string.Create(CultureInfo.InvariantCulture, $"shapes-{shapes.Train}-{shapes.Validation}-{shapes.Size}-{shapes.Seed}{(shapes.Test is { } test ? $"-test{test}" : "")}"));
        var options = new ShapesOptions { Train = shapes.Train, Validation = shapes.Validation, Test = shapes.Test ?? 0, ImageSize = shapes.Size, Seed = shapes.Seed };
        AtomicFolder.MakeOnce(folder, draft => ShapesDataset.Write(draft, options, cancellation));
        return folder;
    }
}
