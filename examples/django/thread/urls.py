from django.urls import path

from .views import ChatView, TokenRefreshView, TokenView

urlpatterns = [
    path("token/", TokenView.as_view()),
    path("token/refresh/", TokenRefreshView.as_view()),
    path("chat/", ChatView.as_view()),
]
