using System.Globalization;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Shapes;

namespace PruneSearch.Client.SearchFiles;

/// <summary>Reads both splits of a search and looks at every picture, so that nothing broken is found halfway.</summary>
internal static class SearchDataReader
{
    /// <summary>Reads them; drawn shapes are drawn first if they are not there yet.</summary>
    /// <param name="source">Where they come from.</param>
    /// <param name="drawnFolder">Folder for drawn data sets.</param>
    /// <param name="threads">Pictures looked at in parallel.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DatasetException">Something is missing, broken or contradictory.</exception>
    public static (DetectionDataset Train, DetectionDataset Validation) Read(DataSource source, string drawnFolder, int threads, CancellationToken cancellation)
    {
        var options = new DatasetReadOptions { Classes = source.Classes, IgnoreOtherClasses = source.IgnoreOtherClasses, Threads = threads };
        Func<DatasetReadOptions, DetectionDataset> readTrain, readValidation;
        switch (source)
        {
            case DataSource.Coco coco:
                readTrain = o => DatasetReader.ReadCoco(coco.Train.Annotations, coco.Train.Images, o);
                readValidation = o => DatasetReader.ReadCoco(coco.Validation.Annotations, coco.Validation.Images, o);
                break;
            case DataSource.Voc voc:
                readTrain = o => DatasetReader.ReadPascalVoc(voc.Root, voc.Train, o);
                readValidation = o => DatasetReader.ReadPascalVoc(voc.Root, voc.Validation, o);
                break;
            case DataSource.Yolo yolo:
                readTrain = o => DatasetReader.ReadYolo(yolo.Root, yolo.Train, o);
                readValidation = o => DatasetReader.ReadYolo(yolo.Root, yolo.Validation, o);
                break;
            case DataSource.Shapes shapes:
                string folder = Draw(shapes, drawnFolder, cancellation);
                readTrain = _ => ShapesDataset.Read(folder, "train");
                readValidation = _ => ShapesDataset.Read(folder, "val");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(source), source, "unknown data source");
        }
        var train = readTrain(options);
        cancellation.ThrowIfCancellationRequested();
        // Outputs of the detector are numbered once: the validation split has the classes of the training split.
        return (train, readValidation(options with { Classes = train.Classes }));
    }

    private static string Draw(DataSource.Shapes shapes, string drawnFolder, CancellationToken cancellation)
    {
        string folder = Path.Combine(drawnFolder, string.Create(CultureInfo.InvariantCulture, $"shapes-{shapes.Train}-{shapes.Validation}-{shapes.Size}-{shapes.Seed}"));
        if (Directory.Exists(folder))
        {
            return folder;
        }
        string draft = folder + "." + Guid.NewGuid().ToString("N")[..8];
        ShapesDataset.Write(draft, new ShapesOptions { Train = shapes.Train, Validation = shapes.Validation, ImageSize = shapes.Size, Seed = shapes.Seed }, cancellation);
        try
        {
            Directory.Move(draft, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(draft, recursive: true); // another process drew the same pictures first
        }
        return folder;
    }
}
