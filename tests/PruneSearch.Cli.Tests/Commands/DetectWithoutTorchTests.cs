using System.Diagnostics;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace PruneSearch.Cli.Tests.Commands;

/// <summary>Users deploy an exported model without the training framework: here the program runs where its files are not.</summary>
public sealed class DetectWithoutTorchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("without-torch").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Detect_and_measure_need_no_torch()
    {
        string program = Program(), picture = Path.Combine(_folder, "photo.png"),
            model = Path.Combine(_folder, "model.onnx"), drawn = Path.Combine(_folder, "drawn");
        using (var bitmap = new SKBitmap(50, 40))
        {
            bitmap.Erase(SKColors.Olive);
            using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            await File.WriteAllBytesAsync(picture, data.ToArray(), TestContext.Current.CancellationToken);
        }
        await File.WriteAllBytesAsync(model, SmallModel.EndToEnd(), TestContext.Current.CancellationToken);

        var detect = await RunAsync(program, "detect", picture, "--model", model, "--out", drawn);
        Assert.True(detect.Code == 0, detect.Output);
        Assert.True(File.Exists(Path.Combine(drawn, "photo.png")));

        var measure = await RunAsync(program, "measure", model, "--max-seconds", "0.2");
        Assert.True(measure.Code == 0 && measure.Output.Contains("| model | MB |", StringComparison.Ordinal), measure.Output);

        var torch = await RunAsync(program, "measure", model, "--max-seconds", "0.2", "--engine", "torch");
        Assert.True(torch.Code != 0 && torch.Output.Contains("TorchSharp", StringComparison.Ordinal), torch.Output); // the framework is really missing
    }

    // The program and all it needs but TorchSharp and libtorch. Without a list of dependencies the host takes what lies there.
    private string Program()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "program")).FullName;
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(f => Path.GetExtension(f) is ".dll" or ".so" or ".dylib"))
        {
            string name = Path.GetFileName(file);
            if (!name.Contains("torch", StringComparison.OrdinalIgnoreCase))
            {
                File.CreateSymbolicLink(Path.Combine(folder, name), file);
            }
        }
        string program = Path.Combine(folder, "prunesearch.dll");
        File.Delete(program);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "prunesearch.dll"), program); // the host looks beside the real file
        File.Copy(Path.Combine(AppContext.BaseDirectory, "prunesearch.runtimeconfig.json"), Path.ChangeExtension(program, ".runtimeconfig.json"));
        return program;
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        string host = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        using var process = Process.Start(new ProcessStartInfo(host, [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await error);
    }
}
