using System.Diagnostics;

namespace PruneSearch.Cli.Tests;

/// <summary>The program as users start it: it starts itself again so that the C library keeps freed memory.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("program").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task Arguments_output_and_exit_code_are_those_of_one_program()
    {
        using var program = Start("evaluate", "no \"such\" Földer ", "--data", "x");
        string error = await program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await program.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, program.ExitCode);
        Assert.StartsWith("prunesearch: no \"such\" Földer : does not exist", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_process_goes_on_with_the_memory_settings()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only glibc has these settings");
        string file = Path.Combine(_home, "train.yaml");
        await File.WriteAllTextAsync(file, """
            name: long
            data: {format: shapes, train: 4, validation: 2, size: 64}
            detector: {input-size: 64, width-multiplier: 0.1, extras: separable, fine-tune: {steps: 1000000, batch-size: 1}}
            """, TestContext.Current.CancellationToken);
        using var program = Start("train", file, "--out", Path.Combine(_home, "out"), "--home", _home);
        try
        {
            string? line;
            do
            {
                line = await program.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            }
            while (line is not null && !line.StartsWith("step ", StringComparison.Ordinal));
            string[] environment = (await File.ReadAllTextAsync($"/proc/{program.Id}/environ", TestContext.Current.CancellationToken)).Split('\0');

            Assert.NotNull(line);
            Assert.Contains("MALLOC_MMAP_MAX_=0", environment);
            Assert.Contains("GOMP_SPINCOUNT=30000", environment);
            Assert.Contains($"HOME={_home}", environment); // what was there before stays
        }
        finally
        {
            program.Kill();
            await program.WaitForExitAsync(CancellationToken.None);
        }
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "prunesearch"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("MALLOC_ARENA_MAX");
        start.Environment.Remove("OMP_WAIT_POLICY");
        start.Environment["HOME"] = _home;
        return Process.Start(start)!;
    }
}
