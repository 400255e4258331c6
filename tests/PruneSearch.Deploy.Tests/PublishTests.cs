using System.Buffers.Binary;
using System.Diagnostics;
using PruneSearch.Tests;

namespace PruneSearch.Deploy.Tests;

/// <summary>What checks a published program knows the files of each system by their first bytes.</summary>
public sealed class PublishTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("prunesearch-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("linux-x64", "prunesearch libSkiaSharp.so libonnxruntime.so libLibTorchSharp.so libtorch_cpu.so libc10.so libe_sqlite3.so")]
    [InlineData("osx-arm64", "prunesearch libonnxruntime.dylib libLibTorchSharp.dylib libtorch_cpu.dylib libc10.dylib libe_sqlite3.dylib libSkiaSharp.dylib")]
    [InlineData("win-x64", "prunesearch.exe libSkiaSharp.dll onnxruntime.dll LibTorchSharp.dll torch_cpu.dll c10.dll e_sqlite3.dll")]
    public void A_file_for_another_system_or_one_that_is_missing_is_found(string system, string files)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it is a bash script");
        string[] names = files.Split(' ');
        foreach (string name in names)
        {
            File.WriteAllBytes(Path.Combine(_folder.FullName, name), Header(system));
        }
        File.WriteAllBytes(Path.Combine(_folder.FullName, "Managed.dll"), Header("managed"));
        File.WriteAllText(Path.Combine(_folder.FullName, "prunesearch.runtimeconfig.json"), "{}");
        var (code, text) = Check(system);
        Assert.True(code == 0, text);
        Assert.Contains($"{names.Length} native files", text, StringComparison.Ordinal);

        string other = system == "win-x64" ? "linux-x64" : "win-x64";
        File.WriteAllBytes(Path.Combine(_folder.FullName, names[1]), Header(other));
        File.Delete(Path.Combine(_folder.FullName, names[2]));
        (code, text) = Check(system);
        Assert.Equal(1, code);
        Assert.Contains($"{names[1]} is for {other}, expected {system}", text, StringComparison.Ordinal);
        Assert.Contains($"{names[2]} is missing", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linux-x64", "prunesearch-measure libonnxruntime.so")]
    [InlineData("win-x64", "prunesearch-measure.exe onnxruntime.dll")]
    public void The_program_that_measures_is_small_and_has_nothing_of_libtorch(string system, string files)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it is a bash script");
        foreach (string name in files.Split(' '))
        {
            File.WriteAllBytes(Path.Combine(_folder.FullName, name), Header(system));
        }
        var (code, text) = Check(system, "measure");
        Assert.True(code == 0, text);

        string more = Path.Combine(_folder.FullName, "libtorch_cpu.so");
        File.WriteAllBytes(more, Header(system));
        Assert.Equal(1, Check(system, "measure").Code);
        File.Delete(more);
        using (var large = File.Create(Path.Combine(_folder.FullName, "large")))
        {
            large.SetLength(60_000_000);
        }
        (code, text) = Check(system, "measure");
        Assert.Equal(1, code);
        Assert.Contains("expected less than 60000000", text, StringComparison.Ordinal);
    }

    private (int Code, string Text) Check(string system, params string[] program)
    {
        var start = new ProcessStartInfo(Path.Combine(Checkout.Root, "eng", "check-published"), [_folder.FullName, system, .. program])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, text);
    }

    private static byte[] Header(string system)
    {
        byte[] bytes = new byte[512];
        if (system == "linux-x64")
        {
            ((ReadOnlySpan<byte>)[0x7f, 0x45, 0x4c, 0x46]).CopyTo(bytes);
            bytes[18] = 62;
        }
        else if (system == "osx-arm64")
        {
            ((ReadOnlySpan<byte>)[0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1]).CopyTo(bytes);
        }
        else
        {
            (bytes[0], bytes[1], bytes[60]) = ((byte)'M', (byte)'Z', 64);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(64 + 4), 0x8664);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(64 + 24), 0x20b);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(64 + 24 + 224), system == "managed" ? 1 : 0);
        }
        return bytes;
    }
}
