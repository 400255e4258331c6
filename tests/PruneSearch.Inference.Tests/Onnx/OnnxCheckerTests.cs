using System.Diagnostics;
using PruneSearch.Inference.Onnx;
using PruneSearch.Inference.Quantisation;

namespace PruneSearch.Inference.Tests.Onnx;

public sealed class OnnxCheckerTests
{
    // Debian's python3-onnx is installed for the system's Python, which need not be the first one on the path.
    private const string Python = "/usr/bin/python3";

    [Fact]
    public void The_raw_form_passes_the_checker() => Check(Raw());

    [Fact]
    public void The_end_to_end_form_passes_the_checker()
    {
        var model = Some.SmallDetector();
        using var stream = new MemoryStream();
        OnnxExport.WriteEndToEnd(stream, model, Some.Weights(model.Network, 1));
        Check(stream.ToArray());
    }

    [Fact]
    public void A_quantised_model_passes_the_checker() => Check(Int8Quantisation.Quantise(Raw(), [Some.RandomPicture(96, 1)]));

    [Fact]
    public void The_checker_refuses_a_model_that_is_wrong()
    {
        var (code, output) = Run("import onnx, sys; m = onnx.load(sys.argv[1]); m.graph.node[0].input[0] = 'nowhere'; onnx.checker.check_model(m)", Raw());
        Assert.True(code != 0 && output.Contains("nowhere", StringComparison.Ordinal), output);
    }

    private static byte[] Raw()
    {
        var model = Some.SmallDetector();
        return OnnxExport.ToBytes(model, Some.Weights(model.Network, 1), new OnnxExportOptions { BatchSize = null });
    }

    internal static void Check(byte[] model)
    {
        var (code, output) = Run(
            "import onnx, sys; m = onnx.load(sys.argv[1]); onnx.checker.check_model(m, full_check=True); print('checked', len(m.graph.node))", model);
        Assert.True(code == 0 && output.Contains("checked", StringComparison.Ordinal), output);
    }

    private static (int Code, string Output) Run(string program, byte[] model)
    {
        if (!File.Exists(Python) || Execute("import onnx").Code != 0)
        {
            Assert.Skip("python3-onnx is not installed");
        }
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".onnx");
        try
        {
            File.WriteAllBytes(path, model);
            return Execute(program, path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static (int Code, string Output) Execute(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Python, ["-c", program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.GetAwaiter().GetResult());
    }
}
