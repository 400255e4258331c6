using PruneSearch.Cli.Detectors;
using PruneSearch.Cli.Tests.Commands;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Detectors;
using PruneSearch.Detection.Import;
using PruneSearch.Inference.Onnx;
using PruneSearch.Tests;

namespace PruneSearch.Cli.Tests.Detectors;

public sealed class NamedDetectorTests : IDisposable
{
    private const DetectorForms All = DetectorForms.Folder | DetectorForms.SearchFile | DetectorForms.Specification | DetectorForms.WeightsFile;

    private readonly string _folder = Directory.CreateTempSubdirectory("named detector ").FullName;
    private readonly DetectorModel _model = DetectorCatalog.Build(SmallModel.Model.Spec with { BatchNorm = false });

    public NamedDetectorTests() => DetectorFolder.Write(_folder, _model, RandomWeights.For(_model, 1));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    [Fact]
    public void Every_form_gives_the_detector_that_it_stands_for()
    {
        string spec = _model.Spec.ToJson();
        var folder = NamedDetector.Read(_folder, All);
        Assert.Equal(spec, folder.Model.Spec.ToJson());
        Assert.Equal(spec, NamedDetector.Read(At(DetectorFolder.WeightsFile), All, specification: At(DetectorFolder.DetectorFile)).Model.Spec.ToJson());
        var alone = NamedDetector.Read(At(DetectorFolder.DetectorFile), All);
        Assert.Equal(spec, alone.Model.Spec.ToJson());
        Assert.Null(alone.Weights);
        File.WriteAllText(At("search.yaml"), $$"""
            name: tiny
            data: {format: shapes}
            detector: {weights: {{DetectorFolder.WeightsFile}}, weights-detector: {{DetectorFolder.DetectorFile}}}
            trajectories: {levels: [0.2], schedules: [{kind: one-shot}]}
            """);
        var search = NamedDetector.Read(At("search.yaml"), All);
        Assert.Equal(spec, search.Model.Spec.ToJson());
        Assert.Equal("tiny", search.Search!.Settings.Name);
        foreach (var read in new[] { folder, search })
        {
            Assert.Equal(folder.Weights!.First().Value.Values, read.Weights!.First().Value.Values);
        }
        byte[] onnx = NamedDetector.ReadOnnx(_folder, folders: true);
        Assert.Equal(spec, ExportedModel.Read(onnx, "x").Model.Spec.ToJson());
        File.WriteAllBytes(At("model.onnx"), onnx);
        Assert.Equal(onnx, NamedDetector.ReadOnnx(At("model.onnx")));
    }

    [Fact]
    public void What_is_none_of_the_forms_is_refused_with_those_that_it_could_be()
    {
        SpecialFiles.Pipe(At("pipe.onnx"));
        File.WriteAllText(At("x.onnx"), "x");
        File.WriteAllText(At("x.txt"), "x");
        string empty = Directory.CreateDirectory(At("empty")).FullName;
        Refused(
            () => NamedDetector.Read(At("none"), All),
            "none: does not exist, expected a folder with detector.json and weights.safetensors, a search file (.yaml), a detector.json or a safetensors file");
        Refused(
            () => NamedDetector.Read(At("x.txt"), DetectorForms.Folder | DetectorForms.SearchFile),
            "x.txt: is neither, expected a folder with detector.json and weights.safetensors or a search file (.yaml)");
        Refused(() => NamedDetector.Read(At("x.onnx"), All), "x.onnx: is an ONNX file, expected a folder");
        Refused(() => NamedDetector.Read(empty, DetectorForms.Folder), "empty: has no detector.json, expected a folder as train, import and prune write it");
        Refused(
            () => NamedDetector.Read(_folder, DetectorForms.Folder | DetectorForms.WeightsFile, labels: At("labels.txt")),
            "expected --labels and --detector only with a weights file");
        Refused(() => NamedDetector.Read(At(DetectorFolder.WeightsFile), All), "is a weights file, expected one of --labels and --detector beside it");
        Refused(
            () => NamedDetector.Read(At("x.txt"), DetectorForms.WeightsFile, specification: At(DetectorFolder.DetectorFile)),
            "x.txt: 1 bytes are too few for a safetensors file");
        Refused(() => NamedDetector.ReadOnnx(At("pipe.onnx")), "pipe.onnx: is a pipe, a device or a socket, expected an ONNX file");
        Refused(
            () => NamedDetector.ReadOnnx("/dev/zero", folders: true),
            "/dev/zero: is a pipe, a device or a socket, expected a folder with detector.json and weights.safetensors or an ONNX file");
        Refused(() => NamedDetector.ReadOnnx(_folder), "is a folder, expected an ONNX file");
    }

    private static void Refused(Action read, string expected) =>
        Assert.Contains(expected, Assert.Single(Assert.Throws<SearchFileException>(read).Errors), StringComparison.Ordinal);
}
