using System.Text;
using PruneSearch.Core;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Files;

namespace PruneSearch.Tests.Core.Files;

public sealed class ReadingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("reading ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    private string Write(string name, string content = "x") => Write(name, Encoding.UTF8.GetBytes(content));

    [Fact]
    public void Pipes_devices_and_folders_are_refused_before_they_are_opened()
    {
        string pipe = SpecialFiles.Pipe(Path.Combine(_folder, "pipe"));
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), pipe);
        foreach (string special in new[] { pipe, Path.Combine(_folder, "link"), "/dev/zero" })
        {
            Assert.Contains(
                $"{special}: is a pipe, a device or a socket, expected a regular file",
                Assert.Throws<IOException>(() => RegularFile.OpenRead(special)).Message,
                StringComparison.Ordinal);
        }
        Assert.Contains("is a folder", Assert.Throws<IOException>(() => RegularFile.OpenRead(_folder)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "does not exist",
            Assert.Throws<FileNotFoundException>(() => RegularFile.OpenRead(Path.Combine(_folder, "none"))).Message,
            StringComparison.Ordinal);
        File.CreateSymbolicLink(Path.Combine(_folder, "broken"), Path.Combine(_folder, "none"));
        Assert.Contains(
            "broken: does not exist, expected a file",
            Assert.Throws<FileNotFoundException>(() => RegularFile.OpenRead(Path.Combine(_folder, "broken"))).Message,
            StringComparison.Ordinal);
        Assert.Empty(RegularFile.ReadAllBytes(Write("empty", ""), 0));
        Assert.Contains(
            "5 bytes, expected at most 4",
            Assert.Throws<IOException>(() => RegularFile.ReadAllBytes(Write("five", "12345"), 4)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Text_is_read_with_its_mark_and_refused_when_it_is_none()
    {
        const string Text = "größe 猫 🐈\r\n";
        Encoding[] encodings = [new UTF8Encoding(false), new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32];
        foreach (var encoding in encodings)
        {
            Assert.Equal(Text, TextFile.Read(Write("t", [.. encoding.GetPreamble(), .. encoding.GetBytes(Text)]), 100));
        }
        Assert.Throws<FormatException>(() => TextFile.Read(Write("latin", [(byte)'a', 0xE9, (byte)'b']), 100));
        Assert.Throws<FormatException>(() => TextFile.Read(Write("binary", [1, 0, 2]), 100));
        Assert.Equal(["a", "b c", "d"], TextFile.Lines("a\r\n\n  b c \rd"));
    }

    [Fact]
    public void A_tree_lists_folders_within_folders_but_no_hidden_files_and_no_loops()
    {
        Write("b/x.jpg");
        Write("b/c/y.jpg");
        Write("a.jpg");
        Write("._a.jpg");
        Write(".cache/z.jpg");
        string elsewhere = Directory.CreateTempSubdirectory("elsewhere ").FullName;
        File.WriteAllText(Path.Combine(elsewhere, "far.jpg"), "x");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "linked"), elsewhere);
        Directory.CreateSymbolicLink(Path.Combine(_folder, "b", "up"), _folder);
        Directory.CreateSymbolicLink(Path.Combine(_folder, "b", "c", "here"), ".");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "root"), "/");
        Directory.CreateSymbolicLink(Path.Combine(elsewhere, "back"), _folder);
        Directory.CreateSymbolicLink(Path.Combine(_folder, "self"), Path.Combine(_folder, "self"));
        Assert.Equal(["a.jpg", "b/c/y.jpg", "b/x.jpg", "linked/far.jpg", "self"], FileTree.Of(_folder));
        Directory.Delete(elsewhere, recursive: true);
    }

    [Fact]
    public void Labels_are_read_and_what_would_shift_them_is_refused()
    {
        Assert.Equal(["cat", "big dog"], LabelFile.Read(Write("l", "\uFEFF???\r\ncat\r\n\r\n big dog \r\n")));
        var model = DetectorCatalog.Build(SsdFamily.Spec(["cat"]));
        Assert.Equal(["cat"], LabelFile.Read(Write("l", LabelFile.Text(model)), background: true));
        Assert.Equal(["cat"], LabelFile.Read(Write("l", LabelFile.Text(model with { Scores = model.Scores with { Background = false } })), background: false));
        Assert.Equal(["cat", "dog"], LabelFile.Read(Write("l", "cat\ndog\n")));
        Fails("cat\ndog\n", "the first name is 'cat', expected the background's", background: true);
        Fails("background\ncat\ncat\n", "'cat' stands twice");
        Fails("background\n", "has 1 name, expected the background's and at least one class");
        Fails("", "has 0 names");
        Assert.Contains(
            "expected at most",
            Assert.Throws<IOException>(() => LabelFile.Read(Write("large", new string('x', LabelFile.MaxBytes + 1)))).Message,
            StringComparison.Ordinal);

        void Fails(string text, string expected, bool? background = null) =>
            Assert.Contains(expected, Assert.Throws<FormatException>(() => LabelFile.Read(Write("l", text), background)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Error_texts_are_one_line_that_a_terminal_takes_as_text()
    {
        Assert.Equal("a b  [31m c d e", ErrorText.OneLine("a\nb\r\u001b[31m\u2028c\u202Ed\u0085e"));
        Assert.Equal("größe 猫 👩‍🚀", ErrorText.OneLine("größe 猫 👩‍🚀"));
        string cut = ErrorText.OneLine(new string('x', 999) + "🐈🐈");
        Assert.Equal(new string('x', 999) + "…", cut);
        Assert.Equal(1000, ErrorText.OneLine(new string('x', 1000)).Length);
        Assert.Equal("refused x", ErrorText.FirstLine(" refused x\r\nStatus: 403\nHeaders:"));
        Assert.Equal("", ErrorText.FirstLine(""));
    }
}
