using PruneSearch.Core.Files;

namespace PruneSearch.Tests.Core.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("atomic files ").FullName;

    private string Out => Path.Combine(_folder, "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void OnlyOutIsThere(string content)
    {
        Assert.Equal([Out], Directory.GetFileSystemEntries(_folder));
        Assert.Equal(content, File.ReadAllText(Out));
    }

    [Fact]
    public void A_file_is_replaced_and_nothing_else_stays()
    {
        AtomicFile.Write(Out, "old");
        AtomicFile.Write(Out, "new"u8.ToArray());
        OnlyOutIsThere("new");
    }

    [Fact]
    public async Task Whatever_fails_while_it_is_written_leaves_what_was_there()
    {
        AtomicFile.Write(Out, "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.WriteAll([(Out, stream =>
        {
            stream.Write("half"u8);
            throw new InvalidOperationException("made up");
        })]));
        await Assert.ThrowsAsync<EndOfStreamException>(() => AtomicFile.WriteAsync(Out, async (stream, stop) =>
        {
            await stream.WriteAsync("half"u8.ToArray(), stop);
            throw new EndOfStreamException("the store hung up");
        }));
        using var cancelled = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AtomicFile.WriteAsync(Out, async (stream, stop) =>
        {
            await stream.WriteAsync("half"u8.ToArray(), stop);
            await cancelled.CancelAsync();
        }, cancelled.Token));
        OnlyOutIsThere("old");
    }

    [Fact]
    public void Files_that_belong_together_are_replaced_together()
    {
        string second = Path.Combine(_folder, "second");
        AtomicFile.Write(Out, "old");
        Assert.ThrowsAny<IOException>(
            () => AtomicFile.WriteAll([(Out, s => s.Write("new"u8)), (Path.Combine(_folder, "no folder", "x"), s => s.Write("new"u8))]));
        OnlyOutIsThere("old");
        AtomicFile.WriteAll([(Out, s => s.Write("new"u8)), (second, s => s.Write("two"u8))]);
        Assert.Equal(["new", "two"], new[] { Out, second }.Select(File.ReadAllText));
    }

    [Fact]
    public void A_path_that_cannot_be_written_is_named_and_not_the_temporary_file()
    {
        Directory.CreateDirectory(Out);
        Fails(Out, $"{Out}: cannot be written: it is a folder, expected the name of a file");
        Fails(Path.Combine(_folder, "none", "x"), $"there is no folder {Path.Combine(_folder, "none")}");
        Fails(Path.Combine(_folder, new string('x', 300)), "x: cannot be written: ");
        Fails("", ": cannot be written: ");
        Assert.Equal([Out], Directory.GetFileSystemEntries(_folder));
        if (OperatingSystem.IsLinux()) // where not even root writes
        {
            Fails("/proc/x", "/proc/x: cannot be written: ");
            Assert.DoesNotContain(".prunesearch-", Assert.Throws<IOException>(() => AtomicFolder.RequireWritable("/proc/x")).Message, StringComparison.Ordinal);
        }

        static void Fails(string path, string expected)
        {
            string message = Assert.ThrowsAny<IOException>(() => AtomicFile.Write(path, "x")).Message;
            Assert.Contains(expected, message, StringComparison.Ordinal);
            Assert.DoesNotContain(".prunesearch-", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_name_of_the_greatest_length_can_be_written()
    {
        string longest = Path.Combine(_folder, new string('x', 255));
        AtomicFile.Write(longest, "x");
        Assert.Equal("x", File.ReadAllText(longest));
    }

    [Fact]
    public void Links_stay_and_permissions_too()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Unix permissions");
            return; // for the analyzer
        }
        string target = Path.Combine(_folder, "target");
        File.WriteAllText(target, "old");
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        File.SetUnixFileMode(target, Mode);
        File.CreateSymbolicLink(Out, target);
        AtomicFile.Write(Out, "new");
        Assert.Equal(target, new FileInfo(Out).LinkTarget);
        Assert.Equal("new", File.ReadAllText(target));
        Assert.Equal(Mode, File.GetUnixFileMode(target));
        string secret = Path.Combine(_folder, "secret");
        AtomicFile.Write(secret, "x", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secret));
    }

    [Fact]
    public void Devices_are_written_to_and_not_replaced()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the devices of Linux");
        AtomicFile.Write("/dev/null", "x");
        Assert.Equal(FileKind.Special, FileKinds.Of("/dev/null"));
        string message = Assert.Throws<IOException>(() => AtomicFile.Write("/dev/full", "x")).Message;
        Assert.StartsWith("/dev/full: cannot be written: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_killed_process_left_goes_when_it_is_old()
    {
        string left = Path.Combine(_folder, ".prunesearch-0.tmp"), young = Path.Combine(_folder, ".prunesearch-1.tmp");
        File.WriteAllText(left, "half");
        File.WriteAllText(young, "half");
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddDays(-2));
        AtomicFile.Write(Out, "x");
        Assert.False(File.Exists(left));
        Assert.True(File.Exists(young));
    }

    [Fact]
    public void A_folder_that_nothing_could_be_written_to_goes_again()
    {
        string folder = Path.Combine(_folder, "made");
        Assert.Throws<InvalidOperationException>(() => AtomicFolder.WithFolder(folder, () => throw new InvalidOperationException("made up")));
        Assert.False(Directory.Exists(folder));
        AtomicFolder.WithFolder(folder, () => File.WriteAllText(Path.Combine(folder, "a"), "x"));
        Assert.Throws<InvalidOperationException>(() => AtomicFolder.WithFolder(folder, () => throw new InvalidOperationException("made up")));
        Assert.True(File.Exists(Path.Combine(folder, "a")));
    }

    [Fact]
    public void A_folder_is_there_when_it_is_complete()
    {
        string folder = Path.Combine(_folder, "made", "once");
        Assert.Throws<InvalidOperationException>(() => AtomicFolder.MakeOnce(folder, draft =>
        {
            File.WriteAllText(Path.Combine(draft, "a"), "half");
            throw new InvalidOperationException("made up");
        }));
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(folder)!));
        AtomicFolder.MakeOnce(folder, draft => File.WriteAllText(Path.Combine(draft, "a"), "whole"));
        AtomicFolder.MakeOnce(folder, _ => throw new InvalidOperationException("it is there"));
        Assert.Equal("whole", File.ReadAllText(Path.Combine(folder, "a")));
        Assert.Equal([folder], Directory.GetFileSystemEntries(Path.GetDirectoryName(folder)!));
    }
}
