@echo off
rem Starts PruneSearch on Windows; builds it on first use and after a source file changed. The same as the script "prunesearch" elsewhere.
powershell -NoProfile -ExecutionPolicy Bypass -File "%~dp0eng\launch.ps1" %*
exit /b %ERRORLEVEL%
