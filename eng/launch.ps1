# Starts PruneSearch; builds it on first use and after a source file changed. For Windows PowerShell 5.1 and PowerShell 7; arguments go on as they are.
$ErrorActionPreference = 'Stop'
$root = Split-Path -Parent $PSScriptRoot
$system = if ($PSVersionTable.PSVersion.Major -lt 6 -or $IsWindows) { 'win-x64' } elseif ($IsMacOS) { 'osx-arm64' } else { 'linux-x64' }
$program = Join-Path $root "artifacts/bin/PruneSearch.Cli/release_$system/$(if ($system -eq 'win-x64') { 'prunesearch.exe' } else { 'prunesearch' })"
$stamp = Join-Path $root 'artifacts/prunesearch.stamp'
$log = Join-Path $root 'artifacts/build.log'

function Test-Current {
    if (-not ((Test-Path $program) -and (Test-Path $stamp))) { return $false }
    $built = (Get-Item $stamp).LastWriteTimeUtc
    $places = 'src', 'eng', 'docs/examples', 'Directory.Build.props', 'Directory.Build.targets', 'Directory.Packages.props', 'global.json'
    foreach ($place in $places) {
        $newer = Get-ChildItem (Join-Path $root $place) -Recurse -File | Where-Object { $_.LastWriteTimeUtc -gt $built } | Select-Object -First 1
        if ($newer) { return $false }
    }
    return $true
}

if (-not (Test-Current)) {
    if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
        [Console]::Error.WriteLine('prunesearch: dotnet is not installed; the .NET 10 SDK is needed: https://dotnet.microsoft.com/download')
        exit 2
    }
    $why = if (Test-Path $program) { 'sources changed' } else { 'first use' }
    [Console]::Error.WriteLine("Building PruneSearch ($why) ...")
    New-Item -ItemType Directory -Force (Join-Path $root 'artifacts') | Out-Null
    # Two first uses at once build one after the other: who holds this file builds.
    $lock = $null
    while ($null -eq $lock) {
        try { $lock = [IO.File]::Open((Join-Path $root 'artifacts/.build-lock'), 'OpenOrCreate', 'ReadWrite', 'None') }
        catch [IO.IOException] { Start-Sleep -Milliseconds 200 }
    }
    try {
        if (-not (Test-Current)) {
            $begin = [DateTime]::UtcNow
            Push-Location $root # global.json pins the SDK there
            $ErrorActionPreference = 'Continue' # what a program writes to its error output is no error of this script
            & dotnet build src/PruneSearch.Cli -c Release -v q -nologo --nodereuse:false *> $log
            $code = $LASTEXITCODE
            $ErrorActionPreference = 'Stop'
            Pop-Location
            if ($code -ne 0) {
                [Console]::Error.WriteLine((Get-Content $log -Raw))
                [Console]::Error.WriteLine("prunesearch: the build failed, see above (also in $log)")
                exit 1
            }
            Set-Content $stamp ''
            (Get-Item $stamp).LastWriteTimeUtc = $begin # a file that changed meanwhile is newer
        }
    }
    finally { $lock.Dispose() }
}
if (-not $env:KMP_BLOCKTIME) { $env:KMP_BLOCKTIME = '1' } # threads that wait spin for a millisecond at most and then sleep
$ErrorActionPreference = 'Continue'
& $program @args
exit $LASTEXITCODE
