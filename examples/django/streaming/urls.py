from django.urls import path, re_path

from .views import ConnectionTokenView, LoginView, MessagesView, RefreshView

urlpatterns = [
    path("auth/login/", LoginView.as_view()),
    path("auth/token/refresh/", RefreshView.as_view()),
    path("auth/ws-connection-token/", ConnectionTokenView.as_view()),
    re_path(r"^messages/(?P<conversation_id>[A-Za-z0-9_-]{1,64})/$", MessagesView.as_view()),
]
